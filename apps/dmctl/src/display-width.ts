/** Scripts and symbols that terminals show two columns wide. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const invisible = /\p{Mark}|\u200d|\ufe0f/u;

/** Columns that a text takes on a terminal. */
export const displayWidth = (text: string): number => {
  let width = 0;
  for (const char of text)
    width += invisible.test(char) ? 0 : wide.test(char) || char.codePointAt(0)! > 0x1ffff ? 2 : 1;
  return width;
};
