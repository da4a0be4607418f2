package stories

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/sha1" //nolint:gosec // it is git's name for a content
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
)

// thing is an object of git, as someone writes it who keeps to nothing.
type thing struct {
	kind, body string
}

func (o thing) sum() [20]byte {
	return sha1.Sum(fmt.Appendf(nil, "%s %d\x00%s", o.kind, len(o.body), o.body))
} //nolint:gosec // as above

func (o thing) id() string { s := o.sum(); return hex.EncodeToString(s[:]) }

// entry is one place of a pack. What it says of its size need not be so.
type entry struct {
	code byte // 1 commit, 2 tree, 3 blob, 4 tag, 6 a delta by offset, 7 a delta by id
	size int
	base string // what stands before the content
	body string
}

var codes = map[string]byte{"commit": 1, "tree": 2, "blob": 3, "tag": 4}

func (o thing) entry() entry { return entry{code: codes[o.kind], size: len(o.body), body: o.body} }

// packOf is a pack of objects.
func packOf(list ...thing) []byte {
	entries := make([]entry, len(list))
	for i, o := range list {
		entries[i] = o.entry()
	}
	return packed(2, len(entries), entries...)
}

// packed is a pack that says of itself what it is told to.
func packed(version, count int, entries ...entry) []byte {
	var b bytes.Buffer
	b.WriteString("PACK")
	binary.Write(&b, binary.BigEndian, [2]uint32{uint32(version), uint32(count)}) //nolint:errcheck,gosec // it is memory
	for _, e := range entries {
		c, n := e.code<<4|byte(e.size&15), e.size>>4
		for ; n > 0; n >>= 7 {
			b.WriteByte(c | 0x80)
			c = byte(n & 0x7f)
		}
		b.WriteByte(c)
		b.WriteString(e.base)
		z := zlib.NewWriter(&b)
		io.WriteString(z, e.body) //nolint:errcheck // it is memory
		z.Close()
	}
	sum := sha1.Sum(b.Bytes()) //nolint:gosec // as above
	return append(b.Bytes(), sum[:]...)
}

// commitOf is a commit of a tree.
func commitOf(tree, message string, parents ...string) thing {
	var b strings.Builder
	fmt.Fprintf(&b, "tree %s\n", tree)
	for _, p := range parents {
		fmt.Fprintf(&b, "parent %s\n", p)
	}
	fmt.Fprintf(&b, "author Mallory <mallory@example.org> 1700000000 +0000\ncommitter Mallory <mallory@example.org> 1700000000 +0000\n\n%s\n", message)
	return thing{"commit", b.String()}
}

// leaf is a line of a tree.
func leaf(mode, name string, o thing) string {
	s := o.sum()
	return mode + " " + name + "\x00" + string(s[:])
}

func treeOf(lines ...string) thing { return thing{"tree", strings.Join(lines, "")} }

func pktLine(s string) string { return fmt.Sprintf("%04x%s", len(s)+4, s) }

// sent is a push as it goes over the wire.
type sent struct {
	lines   []string // OLD NEW REF
	options []string
	atomic  bool
	pack    []byte
	raw     string // all of it, in the place of the rest
}

const zeroID = "0000000000000000000000000000000000000000"

func (s sent) bytes() []byte {
	if s.raw != "" {
		return []byte(s.raw)
	}
	var b bytes.Buffer
	can := "\x00report-status side-band-64k agent=git/9"
	if s.options != nil {
		can += " push-options"
	}
	if s.atomic {
		can += " atomic"
	}
	for _, l := range s.lines {
		b.WriteString(pktLine(l + can))
		can = ""
	}
	b.WriteString("0000")
	for _, o := range s.options {
		b.WriteString(pktLine(o))
	}
	if s.options != nil {
		b.WriteString("0000")
	}
	b.Write(s.pack)
	return b.Bytes()
}

// byHTTP sends a push, and gives back all that is answered.
func byHTTP(url, token string, body []byte) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/git-receive-pack", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.SetBasicAuth("x", token)
	req.Header.Set("Content-Type", "application/x-git-receive-pack-request")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return fmt.Sprintf("HTTP %d %s", res.StatusCode, text), err
}

// bySSH does the same by the other door.
func bySSH(address, keyFile, command string, body []byte) (string, error) {
	raw, err := os.ReadFile(keyFile)
	if err != nil {
		return "", err
	}
	key, err := ssh.ParsePrivateKey(raw)
	if err != nil {
		return "", err
	}
	c, err := ssh.Dial("tcp", address, &ssh.ClientConfig{User: "git", Auth: []ssh.AuthMethod{ssh.PublicKeys(key)}, HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: patience}) //nolint:gosec // it is ours
	if err != nil {
		return "", err
	}
	defer c.Close()
	late := time.AfterFunc(patience, func() { c.Close() })
	defer late.Stop()
	s, err := c.NewSession()
	if err != nil {
		return "", err
	}
	defer s.Close()
	var out, says bytes.Buffer
	s.Stdin, s.Stdout, s.Stderr = bytes.NewReader(body), &out, &says
	err = s.Run(command)
	text := out.String()
	if _, after, found := strings.Cut(text, "0000"); found { // what it advertises
		text = after
	}
	text += says.String()
	if _, exits := err.(*ssh.ExitError); exits {
		text += fmt.Sprintf(" exit %v", err)
		err = nil
	}
	if _, none := err.(*ssh.ExitMissingError); none {
		err = nil
	}
	return text, err
}
