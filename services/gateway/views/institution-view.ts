/** The institution as HTTP shows it. */
import type { Institution } from "#ports/accounts.ts";

export const institutionView = ({ id, name, tier, alliance, site, timeZone, version }: Institution) => ({
  id,
  name: { en: name.en, zh: name.zh },
  tier,
  alliance,
  site,
  timeZone,
  version,
});
