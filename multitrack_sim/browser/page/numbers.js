// Numbers as people read them.

const MINUS = "\u2212";
export const UNKNOWN = "unknown";

export function fixed(value, digits) {
  if (!Number.isFinite(value)) return UNKNOWN;
  const [whole, rest] = value.toFixed(digits).replace(/^-(?=0(\.0*)?$)/, "").replace("-", MINUS).split(".");
  const grouped = whole.replace(/\d(?=(\d{3})+$)/g, (d) => `${d},`);
  return rest === undefined ? grouped : `${grouped}.${rest}`;
}

export const signedText = (value, digits) => (value > 0 && Number(value.toFixed(digits)) ? "+" : "") + fixed(value, digits);

// As the report rounds (reports/report_markup.py): what lies in the middle goes up, whatever its last bit.
export const settled = (value) => Number(value.toFixed(9)) * (1 + 1e-12);

// All digits that a setting has, and no more.
export const plainly = (value) => String(Number(value.toPrecision(6))).replace("-", MINUS);
