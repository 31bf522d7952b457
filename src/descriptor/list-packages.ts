import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { type HttpRule, httpRulesOf } from "./http-rule.ts";
import type { Schema } from "./load-schema.ts";

/** A package of a schema and what is in it. */
export interface PackageListing {
  /** Empty for declarations without a package. */
  readonly name: string;
  readonly files: readonly string[];
  readonly messages: number;
  readonly enums: number;
  readonly services: readonly ServiceListing[];
}

/** A service and its methods, in the order they are declared. */
export interface ServiceListing {
  readonly name: string;
  readonly desc: DescService;
  readonly isDeprecated: boolean;
  readonly methods: readonly MethodListing[];
}

/** A method with its types and HTTP bindings. */
export interface MethodListing {
  readonly name: string;
  readonly kind: DescMethod["methodKind"];
  readonly input: string;
  readonly output: string;
  readonly isDeprecated: boolean;
  readonly rules: readonly HttpRule[];
}

/** The packages that the sources of `schema` define, by name; built-in files are left out. */
export function listPackages(schema: Schema): readonly PackageListing[] {
  const packages = new Map<string, PackageListing>();
  for (const file of schema.registry.files) {
    if (!schema.ownFiles.has(file.proto.name)) continue;
    const name = file.proto.package;
    const before = packages.get(name) ?? { name, files: [], messages: 0, enums: 0, services: [] };
    const types = [...nestedTypes(file)];
    packages.set(name, {
      name,
      files: [...before.files, file.proto.name],
      messages: before.messages + types.filter((type) => type.kind === "message").length,
      enums: before.enums + types.filter((type) => type.kind === "enum").length,
      services: [...before.services, ...file.services.map(listService)],
    });
  }
  return [...packages.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function listService(desc: DescService): ServiceListing {
  const methods = desc.methods.map(
    (method): MethodListing => ({
      name: method.name,
      kind: method.methodKind,
      input: method.input.typeName,
      output: method.output.typeName,
      isDeprecated: method.deprecated,
      rules: httpRulesOf(method),
    }),
  );
  return { name: desc.typeName, desc, isDeprecated: desc.deprecated, methods };
}
