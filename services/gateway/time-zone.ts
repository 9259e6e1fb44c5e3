/** Whether the runtime knows an IANA time zone. */
export const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    // Offsets such as +08:00 are accepted by Intl and are not zones: they have no summer time.
    return !/^[+-]\d/.test(name);
  } catch {
    return false;
  }
};
