// Package cluster is the far side of kubectl for stories: a server on loopback that
// speaks the part of the Kubernetes API which the procedures use, and is as strict as a
// real one. It is a fake of ours for tests and no part of the product.
//
// Its words: an object is a map of its fields; a kind says where objects are found and
// which fields they have (schema.go); a Role of RBAC says what a token may do.
//
// What it does as a cluster does: an unknown field is refused, or dropped with a
// warning, as the caller asks; a resourceVersion that is not the newest is a conflict;
// without a right the answer is 403; a dry run changes nothing; a merge, strategic,
// JSON or server-side apply patch each have their own rules; a Deployment makes
// ReplicaSets and Pods and its status moves on, unless its image does not exist, no
// node takes its pods, or a quota is used up; an eviction heeds disruption budgets.
//
// It refuses to guess: a path, a verb or a kind that it does not know is 404 or 405.
package cluster
