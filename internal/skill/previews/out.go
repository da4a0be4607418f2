package previews

import (
	"fmt"
	"strconv"
	"time"

	"prentice"
	"prentice/internal/engine/preview"
	"prentice/internal/op"
)

// LinkOut is a share link, and how it stands.
type LinkOut struct {
	preview.Link
	Of    prentice.Ref `json:"of"`
	State string       `json:"state"` // good, revoked, ended, used up
}

func out(l preview.Link, now time.Time) LinkOut {
	return LinkOut{Link: l, Of: l.Of(), State: l.State(now)}
}

// Count is how many browsers followed it, of how many.
func (l LinkOut) Count() string {
	if l.Uses == 0 {
		return strconv.Itoa(l.Used)
	}
	return fmt.Sprintf("%d of %d", l.Used, l.Uses)
}

// Text implements op.Texter.
func (l LinkOut) Text() string {
	return fmt.Sprintf("link %d of %s is %s, and was followed by %s\n", l.Number, l.Of, l.State, op.Count(l.Used, "browser", "browsers"))
}

// LinkMade is a new share link, with its address, which is shown once.
type LinkMade struct {
	LinkOut
	URL string `json:"url"`
}

// Quiet is all that a script wants of it.
func (l LinkMade) Quiet() string { return l.URL }

// Text implements op.Texter.
func (l LinkMade) Text() string {
	return fmt.Sprintf("%s\nlink %d lets anyone who has this address look at %s, until %s\nTake it back with: prentice link revoke %d\n", l.URL, l.Number, l.Of, op.At(l.Ends), l.Number)
}

// LinkList is share links.
type LinkList struct {
	Links []LinkOut `json:"links"`
}

// Table implements op.Tabler.
func (l LinkList) Table() (head []string, rows [][]string) {
	head = []string{"LINK", "STATE", "ENVIRONMENT", "FOR", "FOLLOWED", "ENDS", "BY"}
	for _, one := range l.Links {
		rows = append(rows, []string{strconv.FormatInt(one.Number, 10), one.State, string(one.Of), one.Note, one.Count(), op.At(one.Ends), string(one.By)})
	}
	return head, rows
}

// Empty implements op.Emptier.
func (l LinkList) Empty() string {
	return "No share link lets anyone in. Make one with: prentice link create change-42 --ends 7d"
}

// Opened is an address that opens an environment once.
type Opened struct {
	Address string    `json:"address"` // of the environment, for browsers that have a pass
	URL     string    `json:"url"`
	Expires time.Time `json:"expires"`
}

// Text implements op.Texter.
func (o Opened) Text() string {
	return fmt.Sprintf("%s\nOpen this within a minute; it works once. Afterwards the address is %s\n", o.URL, o.Address)
}

// Requests is what an environment was asked last.
type Requests struct {
	Env      prentice.Ref    `json:"env"`
	Address  string          `json:"address,omitempty"`
	Requests []preview.Asked `json:"requests"`
}

// Table implements op.Tabler.
func (r Requests) Table() (head []string, rows [][]string) {
	head = []string{"AT", "STATUS", "METHOD", "PATH", "SERVICE", "BYTES", "TOOK", "WHO"}
	for _, a := range r.Requests {
		rows = append(rows, []string{op.At(a.At), strconv.Itoa(a.Status), a.Method, a.Path, a.Service, strconv.FormatInt(a.Bytes, 10), a.Took.Round(time.Millisecond).String(), string(a.Who)})
	}
	return head, rows
}

// Empty implements op.Emptier.
func (r Requests) Empty() string {
	return "Nothing was asked of " + string(r.Env) + " since prentice was started."
}

var (
	_ op.Tabler  = LinkList{}
	_ op.Emptier = LinkList{}
	_ op.Texter  = LinkOut{}
	_ op.Texter  = LinkMade{}
	_ op.Texter  = Opened{}
	_ op.Tabler  = Requests{}
	_ op.Emptier = Requests{}
)
