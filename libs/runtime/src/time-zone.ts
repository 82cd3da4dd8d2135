/** Whether it is the name of a time zone as IANA's database has it: `Asia/Shanghai`, `UTC`. Bare offsets are none. */
export const isTimeZone = (name: string): boolean => {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};
