/** Which passwords are refused: too short, the user name, or the first a guesser tries (reliability S38). */
const LEAST = 8;
const COMMON = new Set([
  "password",
  "password1",
  "password12",
  "password123",
  "passw0rd",
  "12345678",
  "123456789",
  "1234567890",
  "87654321",
  "11111111",
  "00000000",
  "88888888",
  "qwertyui",
  "qwertyuiop",
  "qwerty123",
  "iloveyou",
  "abc12345",
  "abcd1234",
  "a1234567",
  "aa123456",
  "woaini1314",
  "letmein1",
  "admin123",
  "administrator",
  "homeward",
]);

/** Null: strong enough. */
export const weakness = (password: string, username: string): string | null => {
  const lowered = password.toLowerCase();
  if (password.length < LEAST) return `It has fewer than ${String(LEAST)} characters.`;
  if (lowered === username.toLowerCase()) return "It is the user name.";
  if (COMMON.has(lowered)) return "It is one of the commonest passwords.";
  return new Set(lowered).size < 3 ? "It repeats one or two characters." : null;
};
