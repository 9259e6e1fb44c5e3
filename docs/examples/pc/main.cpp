// An Arduino's life on a PC: g++ -I docs/examples/pc -o publisher docs/examples/pc/main.cpp -lmosquitto
#include "settings.h"
#include "../publisher.ino"

int main() {
  setup();
  for (;;) loop();
}
