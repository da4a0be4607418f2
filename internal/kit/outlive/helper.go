package outlive

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"
	"sync"
	"time"
)

// built holds the helper for each kind of host, as make build puts it there: the
// file linux-amd64.gz and its like. Without them there is only the wrapper.
//
//go:embed all:helper
var built embed.FS

// Helper is the program that does on a host what the wrapper does, for one kind of
// host. It is kept beside the claims, as helper-DIGEST.
type Helper struct {
	Kind    string // as uname -sm says it
	Name    string // as people say it: linux/amd64
	Digest  string // the SHA-256 of the program, in hexadecimal
	Program []byte
}

// Helpers are those for all kinds of host that there is one for.
type Helpers []Helper

// kinds are the kinds of host, by the name of their file.
var kinds = []struct{ file, kind string }{{"linux-amd64", "Linux x86_64"}, {"linux-arm64", "Linux aarch64"}}

// Built are the helpers that were built into this program.
var Built = sync.OnceValues(func() (Helpers, error) {
	folder, err := fs.Sub(built, "helper")
	if err != nil {
		return nil, err
	}
	return HelpersIn(folder)
})

// HelpersIn reads the helpers of a folder, as make build writes it.
func HelpersIn(folder fs.FS) (Helpers, error) {
	var list Helpers
	for _, k := range kinds {
		packed, err := fs.ReadFile(folder, k.file+".gz")
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		from, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			return nil, fmt.Errorf("the helper for %s: %w", k.file, err)
		}
		program, err := io.ReadAll(from)
		if err != nil {
			return nil, fmt.Errorf("the helper for %s: %w", k.file, err)
		}
		sum := sha256.Sum256(program)
		list = append(list, Helper{Kind: k.kind, Name: strings.Replace(k.file, "-", "/", 1), Digest: hex.EncodeToString(sum[:]), Program: program})
	}
	return list, nil
}

// For is the helper for a kind of host.
func (h Helpers) For(kind string) (Helper, bool) {
	for _, one := range h {
		if one.Kind == kind {
			return one, true
		}
	}
	return Helper{}, false
}

// Begin is a line for /bin/sh -c, without quotes of the single kind, that begins the
// helper of a host, if it is there, is the user's own and has its digest; it then answers asks
// on standard input. Otherwise the answer is the word, and why it was not begun. One that
// was swapped between the digest and the beginning is not run: both are done with one open
// file. What the line holds is no secret: the nonces of asks are not in it. What is known of the host
// is not asked again; the zero Host is nothing. A file whose digest is known is not read again as long
// as the system says that nothing was written to it since, in the same boot: to read it costs a host more
// than to begin it.
func (h Helpers) Begin(word string, known Host) string {
	var b strings.Builder
	kind, asked := "$(uname -sm)", `[ /proc/self/exe -ef /bin/sh ] 2>/dev/null && p=plain && (set -o pipefail) 2>/dev/null && p=pipefail; `
	if known != (Host{}) {
		kind, asked = `"`+known.Kind+`"`, ""
	}
	fmt.Fprintf(&b, `n=%s b=$HOME/.prentice p=%s w= o= k=%s; no() { echo "@$n helper $*"; exit 0; }; `, word, known.pipes, kind)
	b.WriteString(`case $k in `)
	for _, one := range h {
		fmt.Fprintf(&b, `"%s") w=%s ;; `, one.Kind, one.Digest)
	}
	b.WriteString(`esac; [ -n "$w" ] || no unknown $k; h=$b/helper-$w; ` +
		`[ -e "$h" ] || no missing $(uname -sm); ` +
		`[ ! -L "$b" ] && [ -O "$b" ] && [ ! -L "$h" ] && [ -f "$h" ] || no owner; ` +
		`exec 3<"$h" 4<&0; [ -O /proc/self/fd/3 ] || no owner; ` +
		`{ read -r o </proc/sys/kernel/random/boot_id; } 2>/dev/null; f=$(stat -Lc %d.%i.%s.%.9Z /proc/self/fd/3 2>/dev/null).$o; ` +
		`[ "$f" = "` + known.file + `" ] || { s=$(sha256sum <&3); case $s in "$w "*) ;; *) no swapped ;; esac; }; ` +
		asked +
		`echo "@$n host $k $p $f"; /proc/self/fd/3 prentice-helper $$ $p <&4 4<&- & ` +
		`trap "exit 0" TERM; exec 3<&- 4<&- </dev/null; wait $!; c=$?; case $c in 126|127) no refused $c ;; esac; exit $c`)
	return b.String()
}

// Host is what is known of one where a helper was begun.
type Host struct {
	Kind  string // as uname -sm says it
	pipes string // what the helper is told of /bin/sh
	file  string // which file had the helper's digest: device, number, size, when it was last changed, and the boot; "" if no one can tell
}

var (
	hostWords = regexp.MustCompile(`^host (Linux [a-z0-9_]+) (plain|pipefail|) ([^ \n]*)\n`)
	fileWords = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+\.[0-9]{9}\.[0-9a-f]{8}-[0-9a-f-]{27}$`)
)

// HostOf finds what a shell said of its host when it began a helper, in what came before an
// answer.
func HostOf(noise []byte, word string) (Host, bool) {
	_, after, found := bytes.Cut(noise, []byte("@"+word+" "))
	words := hostWords.FindSubmatch(after)
	if !found || words == nil {
		return Host{}, false
	}
	host := Host{Kind: string(words[1]), pipes: string(words[2])}
	if fileWords.Match(words[3]) { // a stat that tells no fractions of a second tells too little
		host.file = string(words[3])
	}
	return host, true
}

// Put is a line for /bin/sh -c, as Begin, that puts the helper where Begin looks for it. The
// program comes on standard input.
func (h Helper) Put(word string) string {
	return fmt.Sprintf(`n=%s w=%s b=$HOME/.prentice; no() { echo "@$n helper $*"; exit 0; }; umask 077; `+
		`[ -e "$b" ] || [ -L "$b" ] || mkdir "$b" || no home; [ ! -L "$b" ] && [ -d "$b" ] && [ -O "$b" ] || no owner; chmod 700 "$b" || no owner; `+
		`t=$b/helper-$w.$$; cat >"$t" || { rm -f "$t"; no room; }; s=$(sha256sum <"$t"); case $s in "$w "*) ;; *) rm -f "$t"; no room ;; esac; `+
		`chmod 700 "$t" && mv -f "$t" "$b/helper-$w" || { rm -f "$t"; no room; }; no put`, word, h.Digest)
}

// Request is the ask as the helper reads it. Elapsed is how long ago it was begun.
func Request(a Ask, elapsed time.Duration) ([]byte, error) {
	a, err := a.checked()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	field := func(name, value string) { b.WriteString(name + "=" + value + "\x00") }
	number := func(name string, n int64) { field(name, fmt.Sprint(n)) }
	for _, f := range [][2]string{{"action", string(a.Action)}, {"key", a.Key}, {"nonce", a.Nonce}, {"token", a.Token}, {"name", a.Name}, {"shell", a.Shell},
		{"base", a.Base}, {"dir", a.Dir}, {"good", a.Good}, {"bad", a.Bad}, {"sweep", yes(a.Sweep)}} {
		field(f[0], f[1])
	}
	number("from", max(0, a.From))
	number("ahead", ahead)
	number("waits", waits)
	number("days", int64(remembered/(24*time.Hour)))
	number("grace", int64(max(1, a.Grace/time.Second)))
	number("latest", int64(latest/time.Second))
	number("elapsed", elapsed.Milliseconds())
	for _, e := range a.Env {
		field("env", e)
	}
	for _, p := range a.Path {
		field("path", p)
	}
	for _, key := range a.Old {
		field("old", key)
	}
	field("script", a.Script)
	return append(fmt.Appendf(nil, "ask %d\n", b.Len()), b.Bytes()...), nil
}
