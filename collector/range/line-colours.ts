/** Lines of charts on white: the series' colours of the page's light theme (`ui/style/tokens.css`). */
export const LINE_COLOURS = [
  '#0072B2',
  '#B37400',
  '#00815C',
  '#C24A00',
  '#B0588F',
  '#5A3FD6',
  '#7A4B12',
  '#5F6B7A',
] as const;
