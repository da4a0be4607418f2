package story

// releaseTeam is the team's folder of the story of releases: three hosts that are folders
// of this machine, and a procedure for them.
var releaseTeam = map[string]string{
	"releases.yaml":     "places: [stage, production]\nservices:\n  shop: {bill: optional}\n",
	"environments.yaml": "limits: {ttl: 4h, disk: 100, memory: 100}\n", // however full this machine is
	"catalog-info.yaml": `apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: shop}
spec: {type: team, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: stage-1, labels: {environment: stage}, annotations: {prentice.dev/local: "true", prentice.dev/place: stage-1}}
spec: {type: host, owner: group:shop}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: prod-1, labels: {environment: production}, annotations: {prentice.dev/local: "true", prentice.dev/place: prod-1}}
spec: {type: host, owner: group:shop}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: prod-2, labels: {environment: production}, annotations: {prentice.dev/local: "true", prentice.dev/place: prod-2}}
spec: {type: host, owner: group:shop}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: shop, annotations: {prentice.dev/hosts: "stage-1, prod-1, prod-2"}}
spec: {type: service, lifecycle: production, owner: group:shop}
`,
	"procedures/deploy-shop.md": `---
procedure: deploy-shop
summary: Let the hosts of a place run another version of the shop, one host first
owner: group:shop
review_by: 2999-01-01
inputs:
  service: {type: service, doc: The service.}
  version: {type: string, pattern: '[A-Za-z0-9._-]{1,60}', doc: The version.}
  digest: {type: string, pattern: 'sha256:[0-9a-f]{64}', doc: The digest of the program.}
  place: {type: string, pattern: '[a-z]{1,20}', doc: The place.}
targets: service(inputs.service).hosts.filter(h, h.facts.environment == inputs.place)
limits: {max_targets: 5, parallel: 2, max_unhealthy: 50%, cooldown: 0s, timeout: 1m, approval_expires: 1h}
---

# Deploy the shop

## Act

Note what runs.

` + "```sh id=note idempotent out=before:string" + `
mkdir -p "$PRENTICE_STATE/$TARGET_NAME"
if test -L "$PRENTICE_STATE/$TARGET_NAME/current"; then readlink "$PRENTICE_STATE/$TARGET_NAME/current"; else echo none; fi
` + "```" + `

` + "```artifact id=bring where=target idempotent digest=${inputs.digest} path=${\"programs/\" + inputs.digest.substring(7)}" + `
` + "```" + `

Let current lead to it.

` + "```sh id=switch idempotent" + `
ln -sfn "$PRENTICE_STATE/programs/${INPUT_DIGEST#sha256:}" "$PRENTICE_STATE/$TARGET_NAME/current"
` + "```" + `

## Verify

It says that it is well.

` + "```sh id=well where=target" + `
"$PRENTICE_STATE/$TARGET_NAME/current" status
` + "```" + `

## Undo

Let current lead to what ran before.

` + "```sh id=back idempotent" + `
case "${OUT_NOTE_BEFORE:-}" in
"") ;;
none) rm -f "$PRENTICE_STATE/$TARGET_NAME/current" ;;
*) ln -sfn "$OUT_NOTE_BEFORE" "$PRENTICE_STATE/$TARGET_NAME/current" ;;
esac
` + "```" + `
`,
}
