import type {
  DescEnum,
  DescEnumValue,
  DescExtension,
  DescField,
  DescFile,
  DescMessage,
  DescMethod,
  DescOneof,
  DescService,
} from "@bufbuild/protobuf";
import type { FileDescriptorProto, SourceCodeInfo_Location } from "@bufbuild/protobuf/wkt";

/** Where a declaration stands in its `.proto` file. */
export interface SourcePlace {
  /** The import path of the file. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, as protoc counts: a tab goes to the next multiple of eight. */
  readonly column: number;
}

/** The comments of a declaration, each empty when there is none. */
export interface SourceComments {
  readonly leading: string;
  readonly trailing: string;
}

type Declared =
  | DescMessage
  | DescEnum
  | DescEnumValue
  | DescService
  | DescMethod
  | DescField
  | DescOneof
  | DescExtension;

const noComments: SourceComments = { leading: "", trailing: "" };
const locationsByFile = new WeakMap<
  FileDescriptorProto,
  ReadonlyMap<string, SourceCodeInfo_Location>
>();

/** Where `desc` is declared; undefined when its descriptor came without source information. */
export function placeOf(desc: Declared): SourcePlace | undefined {
  const location = locationOf(desc);
  const [line, column] = location?.span ?? [];
  if (line === undefined || column === undefined) return undefined;
  return { file: fileOf(desc).proto.name, line: line + 1, column: column + 1 };
}

/** What the author of `desc` wrote about it. */
export function commentsOf(desc: Declared): SourceComments {
  const location = locationOf(desc);
  if (location === undefined) return noComments;
  return { leading: location.leadingComments, trailing: location.trailingComments };
}

function locationOf(desc: Declared): SourceCodeInfo_Location | undefined {
  const { proto } = fileOf(desc);
  let locations = locationsByFile.get(proto);
  if (locations === undefined) {
    const found = new Map<string, SourceCodeInfo_Location>();
    for (const location of proto.sourceCodeInfo?.location ?? []) {
      found.set(location.path.join("."), location);
    }
    locations = found;
    locationsByFile.set(proto, locations);
  }
  return locations.get(pathOf(desc).join("."));
}

function fileOf(desc: Declared): DescFile {
  switch (desc.kind) {
    case "enum_value":
    case "field":
    case "oneof":
    case "rpc":
      return desc.parent.file;
    case "message":
    case "enum":
    case "service":
    case "extension":
      return desc.file;
  }
}

/** The field numbers and indexes that lead to `desc` in its file (descriptor.proto, Location.path). */
function pathOf(desc: Declared): readonly number[] {
  switch (desc.kind) {
    case "message": {
      const { parent, file } = desc;
      return parent === undefined
        ? [4, file.proto.messageType.indexOf(desc.proto)]
        : [...pathOf(parent), 3, parent.proto.nestedType.indexOf(desc.proto)];
    }
    case "enum": {
      const { parent, file } = desc;
      return parent === undefined
        ? [5, file.proto.enumType.indexOf(desc.proto)]
        : [...pathOf(parent), 4, parent.proto.enumType.indexOf(desc.proto)];
    }
    case "extension": {
      const { parent, file } = desc;
      return parent === undefined
        ? [7, file.proto.extension.indexOf(desc.proto)]
        : [...pathOf(parent), 6, parent.proto.extension.indexOf(desc.proto)];
    }
    case "enum_value":
      return [...pathOf(desc.parent), 2, desc.parent.proto.value.indexOf(desc.proto)];
    case "field":
      return [...pathOf(desc.parent), 2, desc.parent.proto.field.indexOf(desc.proto)];
    case "oneof":
      return [...pathOf(desc.parent), 8, desc.parent.proto.oneofDecl.indexOf(desc.proto)];
    case "service":
      return [6, desc.file.proto.service.indexOf(desc.proto)];
    case "rpc":
      return [...pathOf(desc.parent), 2, desc.parent.proto.method.indexOf(desc.proto)];
  }
}
