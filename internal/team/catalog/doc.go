// Package catalog reads what a team has: its services, hosts, systems, groups
// and how they need each other, from the Backstage catalog-info.yaml files below
// the team folder
// (https://backstage.io/docs/features/software-catalog/descriptor-format).
//
// Its words: a document is one YAML document of such a file; an entity is what
// it declares; a reference is how one entity names another, such as
// component:default/checkout; an annotation under prentice.dev/ says what
// prentice must know to watch a service and to reach a host.
//
// It refuses to guess. A key that it does not know, a reference that leads
// nowhere, a second entity of the same name and an annotation on the wrong sort
// of entity are errors with their line and the nearest spelling. A service that
// names no hosts has none: empty is never all. YAML aliases are refused, so that
// a small file cannot grow into a large one. A link that leads out of the team
// folder is not followed.
package catalog
