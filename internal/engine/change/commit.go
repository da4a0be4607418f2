package change

import (
	"regexp"
	"strings"
	"time"
)

// Commit is one that is proposed.
type Commit struct {
	ID, Tree                  string
	Parents                   []string
	Author, Email             string
	Committer, CommitterEmail string
	Message                   string
	ChangeID                  string // of the header that jj writes; "" where there is none
	Time                      time.Time
	Others                    []string // addresses of who else wrote it, where it stands for several commits
}

// Title is the first line of its message.
func (c Commit) Title() string {
	for line := range strings.SplitSeq(c.Message, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
	return ""
}

// Says is the rest of its message, without the trailers at the end.
func (c Commit) Says() string {
	_, rest, _ := strings.Cut(strings.TrimLeft(c.Message, "\n"), "\n")
	rest = strings.TrimSpace(rest)
	if last := lastParagraph(c.Message); last != "" && rest != "" && len(trailers(c.Message)) == strings.Count(last, "\n")+1 {
		rest = strings.TrimSpace(strings.TrimSuffix(rest, last))
	}
	return rest
}

// keyed is what can be a key: the form of Gerrit, and that of jj.
var keyed = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]{7,63}$`)

// Key is what the commit itself says to which change it belongs: the header, and where
// there is none the last trailer Change-Id; "" is nothing.
func (c Commit) Key() string {
	if keyed.MatchString(c.ChangeID) {
		return c.ChangeID
	}
	key := ""
	for _, t := range trailers(c.Message) {
		if strings.EqualFold(t[0], "Change-Id") && keyed.MatchString(t[1]) {
			key = t[1]
		}
	}
	return key
}

// Addresses are those of all who wrote the commit, in small letters, each once.
func (c Commit) Addresses() []string {
	list := []string{}
	add := func(address string) {
		address = strings.ToLower(strings.TrimSpace(address))
		for _, known := range list {
			if known == address {
				return
			}
		}
		if address != "" {
			list = append(list, address)
		}
	}
	add(c.Email)
	add(c.CommitterEmail)
	for _, a := range c.Others {
		add(a)
	}
	for _, t := range trailers(c.Message) {
		switch strings.ToLower(t[0]) {
		case "co-authored-by", "co-developed-by":
			_, rest, _ := strings.Cut(t[1], "<")
			address, _, _ := strings.Cut(rest, ">")
			add(address)
		}
	}
	return list
}

var trailer = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9-]*):\s+(.+)$`)

// trailers are the lines of the last paragraph that have the form of one.
func trailers(message string) (list [][2]string) {
	for line := range strings.SplitSeq(lastParagraph(message), "\n") {
		if m := trailer.FindStringSubmatch(strings.TrimRight(line, "\r ")); m != nil {
			list = append(list, [2]string{m[1], strings.TrimSpace(m[2])})
		}
	}
	return list
}

// lastParagraph is that of a message, but for its title.
func lastParagraph(message string) string {
	message = strings.TrimSpace(strings.ReplaceAll(message, "\r\n", "\n"))
	at := strings.LastIndex(message, "\n\n")
	if at < 0 {
		return ""
	}
	return strings.TrimSpace(message[at:])
}
