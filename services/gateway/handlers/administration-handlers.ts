/** Users and institutions, each administrator in the own institution; never without a last administrator. */
import * as institutionCalls from "#contracts/http/institution-calls.ts";
import * as userCalls from "#contracts/http/user-calls.ts";
import type { AnswerOf } from "#contracts/http/call.ts";
import { rolesOfTier } from "#core/access/roles.ts";
import type { Viewer } from "#core/access/visibility.ts";
import type { InstitutionId, UserId } from "#core/ids.ts";
import { handle, type Handling } from "#gateway/handling.ts";
import type { House } from "#gateway/house.ts";
import { sortedPageOf } from "#gateway/page.ts";
import { problem, type Problem } from "#gateway/problem.ts";
import { randomId } from "#gateway/random-id.ts";
import { weakness } from "#gateway/sign-in/password-rule.ts";
import { isTimeZone } from "#gateway/time-zone.ts";
import { institutionView } from "#gateway/views/institution-view.ts";
import type { Institution, User } from "#ports/accounts.ts";

const userView = (user: User): AnswerOf<typeof userCalls.getUser> => ({
  id: user.id,
  username: user.username,
  displayName: user.displayName,
  institution: user.institution,
  roles: user.roles,
  disabled: user.disabled,
  version: user.version,
});

const BUSY: Problem = problem("too_busy", { retryAfterS: 2 });

export const administrationHandlers = (house: House): Handling[] => {
  const { accounts, hasher, auditor, oneAtATime, hub } = house;

  const ownUser = (viewer: Viewer, id: string): User | null => {
    const user = accounts.user(id as UserId);
    return user !== null && user.institution === viewer.institution ? user : null;
  };
  const isLastAdministrator = (user: User): boolean =>
    !accounts.users(user.institution).some((other) => other.id !== user.id && !other.disabled && other.roles.includes("administrator"));
  const weak = (password: string, username: string): Problem | null => {
    const why = weakness(password, username);
    return why === null ? null : problem("password_too_weak", { detail: why, errors: [{ in: "body", member: "/password", detail: why }] });
  };
  const badZone = (timeZone: string | undefined): Problem | null =>
    timeZone === undefined || isTimeZone(timeZone)
      ? null
      : problem("unknown_time_zone", { errors: [{ in: "body", member: "/timeZone", detail: "Is not an IANA zone." }] });

  const addUser = async (user: Omit<User, "id" | "passwordHash" | "disabled" | "version">, password: string): Promise<User | Problem> => {
    if (accounts.userByName(user.username) !== null) return problem("username_taken");
    const refused = weak(password, user.username);
    if (refused !== null) return refused;
    const passwordHash = await hasher.hash(password);
    if (passwordHash === null) return BUSY;
    const made: User = { ...user, id: randomId("u") as UserId, passwordHash, disabled: false, version: 1 };
    return (await accounts.putUser(made)) ? made : problem("username_taken");
  };

  return [
    handle(userCalls.listUsers, ({ query, viewer }) => {
      const page = sortedPageOf(accounts.users(viewer.institution), ({ username, id }) => `${username}\n${id}`, query);
      return { items: page.items.map(userView), next: page.next };
    }),

    handle(userCalls.getUser, ({ params, viewer }) => {
      const user = ownUser(viewer, params.id);
      return user === null ? problem("not_found") : userView(user);
    }),

    handle(userCalls.createUser, async ({ body, viewer }) => {
      if (body.institution !== undefined && body.institution !== viewer.institution) return problem("not_found");
      const made = await addUser(
        { username: body.username, displayName: body.displayName ?? body.username, institution: viewer.institution, roles: body.roles },
        body.password,
      );
      if ("problem" in made) return made;
      await auditor.write(viewer, "user.create", { target: made.id, detail: made.roles.join(" ") });
      return userView(made);
    }),

    handle(userCalls.changeUser, ({ params, body, viewer }) =>
      oneAtATime(`users of ${viewer.institution}`, async () => {
        const user = ownUser(viewer, params.id);
        if (user === null) return problem("not_found");
        if (body.version !== user.version) return problem("version_conflict", { members: { user: userView(user) } });
        const refused = body.password === undefined ? null : weak(body.password, user.username);
        if (refused !== null) return refused;
        const roles = body.roles ?? user.roles;
        const disabled = body.disabled ?? user.disabled;
        const stays = roles.includes("administrator") && !disabled;
        if (user.roles.includes("administrator") && !user.disabled && !stays && isLastAdministrator(user))
          return problem("last_administrator");
        const passwordHash = body.password === undefined ? user.passwordHash : await hasher.hash(body.password);
        if (passwordHash === null) return BUSY;
        const changed: User = {
          ...user,
          displayName: body.displayName ?? user.displayName,
          roles,
          disabled,
          passwordHash,
          version: user.version + 1,
        };
        await accounts.putUser(changed);
        if (body.password !== undefined || body.roles !== undefined || disabled) {
          await accounts.endSessionsOf(user.id);
          hub.recheck();
        }
        const what = Object.keys(body).filter((member) => member !== "version");
        await auditor.write(viewer, "user.change", { target: user.id, detail: what.join(" ") });
        return userView(changed);
      }),
    ),

    handle(institutionCalls.listInstitutions, ({ query, viewer }) => {
      const own = accounts.institution(viewer.institution);
      const visible = accounts.institutions().filter(({ alliance }) => alliance === own?.alliance);
      const page = sortedPageOf(visible, ({ id }) => id, query);
      return { items: page.items.map(institutionView), next: page.next };
    }),

    handle(institutionCalls.createInstitution, async ({ body, viewer }) => {
      const own = accounts.institution(viewer.institution);
      if (own === null) return problem("not_found");
      const refused = badZone(body.timeZone);
      if (refused !== null) return refused;
      const id = randomId("i") as InstitutionId;
      const institution: Institution = {
        id,
        name: body.name,
        tier: body.tier,
        alliance: own.alliance,
        site: body.site ?? id,
        timeZone: body.timeZone ?? own.timeZone,
        version: 1,
      };
      if (body.administrator !== undefined) {
        const { username, password } = body.administrator;
        // The user comes first: an institution nobody can enter helps nobody.
        const made = await addUser({ username, displayName: username, institution: id, roles: rolesOfTier(body.tier) }, password);
        if ("problem" in made) return made;
      }
      await accounts.putInstitution(institution);
      await auditor.write(viewer, "institution.create", { target: id });
      return institutionView(institution);
    }),

    handle(institutionCalls.changeInstitution, ({ params, body, viewer }) =>
      oneAtATime(`institution ${params.id}`, async () => {
        const institution = params.id === viewer.institution ? accounts.institution(viewer.institution) : null;
        if (institution === null) return problem("not_found");
        if (body.version !== institution.version)
          return problem("version_conflict", { members: { institution: institutionView(institution) } });
        const refused = badZone(body.timeZone);
        if (refused !== null) return refused;
        const changed: Institution = {
          ...institution,
          name: body.name ?? institution.name,
          site: body.site ?? institution.site,
          timeZone: body.timeZone ?? institution.timeZone,
          version: institution.version + 1,
        };
        await accounts.putInstitution(changed);
        await auditor.write(viewer, "institution.change", { target: changed.id });
        return institutionView(changed);
      }),
    ),
  ];
};
