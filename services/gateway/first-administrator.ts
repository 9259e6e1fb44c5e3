/** Makes the first administrator of a server: every role of the first institution (contract section 1). */
import { rolesOfTier } from "#core/access/roles.ts";
import type { UserId } from "#core/ids.ts";
import { problem, type Problem } from "#gateway/problem.ts";
import { randomId } from "#gateway/random-id.ts";
import { weakness } from "#gateway/sign-in/password-rule.ts";
import type { Accounts, User } from "#ports/accounts.ts";
import type { PasswordHasher } from "#ports/password-hasher.ts";

/** True while nobody administers this server. */
export const needsFirstAdministrator = (accounts: Pick<Accounts, "users">): boolean =>
  !accounts.users(null).some((user) => user.roles.includes("administrator"));

/** The institutions must be there; the first made of them gets the administrator. */
export const createFirstAdministrator = async (
  { accounts, hasher }: { readonly accounts: Accounts; readonly hasher: PasswordHasher },
  { username, password }: { readonly username: string; readonly password: string },
): Promise<User | Problem> => {
  const institution = accounts.institutions()[0];
  if (institution === undefined) throw new Error("there is no institution to administer");
  const weak = weakness(password, username);
  if (weak !== null) return problem("password_too_weak", { detail: weak, errors: [{ in: "body", member: "/password", detail: weak }] });
  const passwordHash = await hasher.hash(password);
  if (passwordHash === null) return problem("too_busy", { retryAfterS: 2 });
  const user: User = {
    id: randomId("u") as UserId,
    username,
    displayName: username,
    institution: institution.id,
    roles: rolesOfTier(institution.tier),
    passwordHash,
    disabled: false,
    version: 1,
  };
  return (await accounts.putUser(user)) ? user : problem("username_taken");
};
