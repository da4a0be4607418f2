// Package codecontrol keeps code under central control: repositories, what is pushed to
// them, changes and their review, and the queue by which they land.
//
// Its words: a repository is kept on this server or elsewhere. A protected branch moves by
// the queue alone. A change is what someone proposes for such a branch; a patch set is one
// version of it. Push protection judges what was pushed before it is a part of the
// repository.
//
// Its rules: what may be moved is decided in one place for all doors, by the rules of the
// branch that is to move and never by those that the push brings; a push of which one part is
// refused moves nothing; a refusal says the rule, the place and the remedy.
//
// It refuses to let anyone move a protected branch directly, owners among them, to keep
// what was refused, and to believe settings that lie in a repository.
package codecontrol
