// Package check judges the content of a repository by rules.
//
// Its words: a tree is the content of a repository at one moment, a rule is a claim
// about trees, with an owner, a reason and examples, and a finding is one place where a
// rule does not hold. A kind judges the rules that it knows: it is told a tree and
// gives an outcome for each rule. An outcome is pass, fail or unknown with the reason;
// a rule without an outcome is unknown. The rules that judge a change are never read
// from the change itself.
//
// It refuses to write to the repository, to run anything of it outside of a sandbox,
// to follow a link out of the tree, and to call unknown a pass.
package check
