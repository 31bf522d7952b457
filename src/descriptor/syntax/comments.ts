/** The comments in the gap between two tokens, shared out between them. */
export interface GapComments {
  /** Belongs to the declaration that ended before the gap. */
  readonly trailing?: string;
  /** Belongs to the declaration that starts after the gap. */
  readonly leading?: string;
}

interface CommentBlock {
  readonly text: string;
  readonly isLine: boolean;
  readonly firstLine: number;
  readonly lastLine: number;
}

const comment = /\/\/([^\n]*\n?)|\/\*([\s\S]*?)\*\/|\n/g;
const noComments: GapComments = {};

/**
 * Shares the comments of a gap out as protoc does (descriptor.proto, SourceCodeInfo.Location): a comment
 * on the line of the previous token trails it, as does a block that a blank line parts from what
 * follows; the block that touches the next token leads it.
 */
export function readComments(gap: string, endsScope: boolean, startsFile: boolean): GapComments {
  if (!gap.includes("/")) return noComments;
  const { blocks, lastLine } = splitBlocks(gap, startsFile ? 1 : 0);
  const first = blocks[0];
  const last = blocks.at(-1);
  if (first === undefined || last === undefined) return noComments;
  // A block comment between two tokens of one line belongs to neither.
  if (first.lastLine === lastLine && !first.isLine && first.firstLine === 0) return noComments;
  const touchesNext = last.lastLine >= lastLine - 1 && !endsScope;
  const isSameLine = first.firstLine === 0 && !startsFile;
  const isNextLine = first.firstLine === 1 && !(first === last && touchesNext);
  const trails = !startsFile && (isSameLine || isNextLine);
  return {
    ...(trails ? { trailing: first.text } : {}),
    ...(touchesNext && !(trails && first === last) ? { leading: last.text } : {}),
  };
}

function splitBlocks(
  gap: string,
  startLine: number,
): { readonly blocks: readonly CommentBlock[]; readonly lastLine: number } {
  const blocks: CommentBlock[] = [];
  let line = startLine;
  for (const match of gap.matchAll(comment)) {
    const [whole, lineText, blockText] = match;
    const before = blocks.at(-1);
    if (lineText !== undefined) {
      // Line comments on adjacent lines are one block, except one that trails the previous token.
      const joins = before?.isLine === true && before.lastLine === line - 1 && before.firstLine > 0;
      const text = joins ? before.text + lineText : lineText;
      const firstLine = joins ? before.firstLine : line;
      if (joins) blocks.pop();
      blocks.push({ text, isLine: true, firstLine, lastLine: line });
    } else if (blockText !== undefined) {
      const lastLine = line + blockText.split("\n").length - 1;
      blocks.push({ text: stripStars(blockText), isLine: false, firstLine: line, lastLine });
      line = lastLine;
    }
    if (whole.endsWith("\n")) line++;
  }
  return { blocks, lastLine: line };
}

/** Without the blanks and the star that lead each line after the first. */
function stripStars(text: string): string {
  return text.replace(/\n[ \t\r\v\f]*\*?/g, "\n");
}
