import { policies } from "../../src/balancer/index.ts";
import { policyContract } from "./policy-contract.ts";

for (const [name, policy] of Object.entries(policies)) policyContract(name, policy);
