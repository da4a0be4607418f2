package security

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/op"
)

// explains are how the things of this chapter are explained, and what happened to any.
func explains() []op.Explainer {
	return []op.Explainer{
		op.Explains("", "", "evidence.thread", func(ref prentice.Ref) threadIn { return threadIn{string(ref)} }, tellThread),
		op.Explains("evidence", "Evidence is a line of the ledger: what was seen or done, by whom, about what. Lines are only added, and each is chained to the one before.", "evidence.show",
			func(ref prentice.Ref) showIn { n, _ := strconv.ParseInt(ref.Name(), 10, 64); return showIn{n} }, tellLine),
		op.Explains("host", "A host is a machine on which steps run.", "host.list",
			func(ref prentice.Ref) hostListIn { return hostListIn{[]string{ref.Name()}} }, tellHost),
		op.Explains("person", "A person is someone of the team. Their role says what they may do at most.", "person.show",
			func(ref prentice.Ref) showPersonIn { return showPersonIn{ref.Name()} }, tellPerson),
		op.Explains("secret", "A secret is a value that steps need and no one may read. It is kept encrypted, and nothing shows it again.", "secret.where-used",
			func(ref prentice.Ref) secretIn { return secretIn{ref.Name()} }, tellSecret),
	}
}

// tellThread says what happened to a thing, line by line.
func tellThread(_ prentice.Ref, thread Thread) (op.Told, error) {
	t := op.Told{Happened: []op.Happening{}, Cut: thread.Cut}
	for _, e := range thread.Lines {
		t.Happened = append(t.Happened, op.Happening{At: e.Time, Says: sentenceOf(e), By: e.Actor, Line: e.Seq})
	}
	return t, nil
}

// sentenceOf is a line of evidence in words.
func sentenceOf(e prentice.Evidence) string {
	said := says(e)
	if e.Kind == "op.done" {
		return said + " was done"
	}
	text := strings.ReplaceAll(strings.ReplaceAll(e.Kind, ".", " "), "-", " ")
	if said != "" {
		text += ": " + said
	}
	return text
}

func tellLine(ref prentice.Ref, l Line) (op.Told, error) {
	t := op.Told{Title: "Line " + ref.Name() + " of the ledger", Happened: []op.Happening{{At: l.Time, Says: sentenceOf(l.Evidence), By: l.Actor, Line: l.Seq}}}
	t.What.Add("%s did this, or it was seen: %s", l.Actor, sentenceOf(l.Evidence))
	t.What.AddAll("It is about: %s", l.Refs)
	t.Why.Add("Its hash is %s. It holds the hash of the line before, %s, so neither can be changed unseen", l.Hash, cmp.Or(l.Prev, "which there is not: it is the first"))
	t.Uncertain.Add("The line says what was recorded. Whether the whole ledger is sound is said by its check")
	t.Offer("evidence.check", "", "check every line and every signature")
	for _, about := range l.Refs[:min(1, len(l.Refs))] {
		t.Offer("evidence.thread", string(about), "read what else happened to it")
		t.Offer("evidence.export", string(about), "give it to an auditor as a signed file")
	}
	return t, nil
}

// hostMeanings say what the state of a host means.
var hostMeanings = map[string]string{
	HostHere:      "It is the machine on which prentice runs",
	HostConnected: "There is a connection to it now",
	HostReached:   "It was reached the last time",
	HostLost:      "It was not reached the last time",
	HostBlocked:   "No plan may aim at it",
	HostUnknown:   "No one has tried to reach it since prentice was started",
}

func tellHost(ref prentice.Ref, list Hosts) (op.Told, error) {
	i := slices.IndexFunc(list.Hosts, func(h HostState) bool { return h.Host == ref })
	if i < 0 {
		return op.Told{}, prentice.Errorf(prentice.NotFound, "no %s", ref).Try("list them with: prentice host list")
	}
	h := list.Hosts[i]
	t := op.Told{Title: string(ref) + " is " + h.State}
	t.What.Add("%s is at %s", ref, h.address())
	t.What.AddAll("Services run on it: %s", h.Services)
	if len(h.Groups) > 0 {
		t.What.Add("It is in the groups: %s", strings.Join(h.Groups, ", "))
	}
	t.Why.Add("It is %s. %s", h.State, hostMeanings[h.State])
	if h.Says != "" {
		t.Why.Add("%s", h.why())
	}
	if !h.Seen.IsZero() {
		t.Why.Add("That was seen at %s", op.At(h.Seen))
	}
	if h.State != HostHere {
		t.Why.Add("Its key is: %s", cmp.Or(strings.Join(h.Keys, ", "), "not known, so prentice does not act on it over SSH"))
	}
	if h.State == HostUnknown || h.State == HostReached {
		t.Uncertain.Add("Whether it can be reached now is not known until it is tried")
	}
	t.Offer("host.check", ref.Name(), "try to reach it, and change nothing")
	t.Offer("catalog.show", string(ref), "see what runs on it and what breaks with it")
	t.Offer("run.list", "--host "+string(ref), "see what was done on it")
	return t, nil
}

func tellPerson(ref prentice.Ref, p PersonDetail) (op.Told, error) {
	t := op.Told{Title: p.Name}
	t.What.Add("%s is of the team since %s, with the role %s", p.Name, op.At(p.Created), p.Role)
	t.What.AddAll("They are in: %s", p.Groups)
	t.Why.Add("What they may do comes from the role %s everywhere%s", p.Role, also(p.Grants))
	t.Why.Add("They have %s and %s", op.Count(len(p.Sessions), "open session", "open sessions"), op.Count(len(p.Tokens), "token", "tokens"))
	if p.Seen.IsZero() {
		t.Uncertain.Add("They were never here, so it is not known whether they can sign in")
	} else {
		t.Uncertain.Add("They were last here about %s. What they do elsewhere is not known", op.At(p.Seen))
	}
	if p.Unread != "" {
		t.Uncertain.Add("A part of what is kept of them cannot be read: %s", p.Unread)
	}
	t.Offer("person.show", p.Name, "see their sessions and tokens")
	t.Offer("person.role", p.Name+" ROLE", "change what they may do")
	t.Offer("evidence.list", "--ref "+string(ref), "see what they did")
	return t, nil
}

func tellSecret(_ prentice.Ref, s SecretUse) (op.Told, error) {
	t := op.Told{Title: "The secret " + s.Name}
	t.What.Add("The secret %s comes from %s", s.Name, s.From)
	t.Why.Add("It is used by: %s", words(s.UsedBy))
	if s.Set {
		t.Why.Add("It has a value; changed: %s", when(s.Changed, "not known"))
	} else {
		t.Why.Add("It has no value, so steps that need it cannot begin")
	}
	t.Why.Add("It was last given to a step: %s", at(s.Used, "never"))
	t.Uncertain.Add("Whether its value still works is not known: prentice does not try it")
	t.Offer("secret.where-used", s.Name, "see what needs it")
	t.Offer("secret.rotate", s.Name+" FILE", "give it a new value")
	return t, nil
}
