import { type PolicyName, policies } from "../../src/balancer/index.ts";
import { policyContract } from "./policy-contract.ts";

for (const name of Object.keys(policies) as PolicyName[]) policyContract(name);
