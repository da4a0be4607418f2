package probe

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
)

// starts are the protocols that begin in the clear, and how each is asked to go on in TLS.
var starts = map[string]func(net.Conn) error{
	"smtp":     startSMTP,
	"imap":     func(c net.Conn) error { return startLines(c, "* OK", "a STARTTLS", "a OK") },
	"pop3":     func(c net.Conn) error { return startLines(c, "+OK", "STLS", "+OK") },
	"postgres": startPostgres,
	"ldap":     startLDAP,
}

func lintStart(o prentice.Options) []prentice.Finding {
	if how := o.Text("starttls"); how != "" && starts[how] == nil {
		return wrong("use one of "+strings.Join(slices.Sorted(maps.Keys(starts)), ", "), "starttls %q is not a protocol that can begin in the clear", clip.Text(how))
	}
	return nil
}

func startTLS(c net.Conn, how string) error {
	start := starts[how]
	if start == nil {
		return fmt.Errorf("starttls %q is not known", how)
	}
	return start(c)
}

// readLine reads a line, a byte at a time: what comes behind it belongs to TLS.
func readLine(c net.Conn) (string, error) {
	const most = 1024
	line := make([]byte, 0, 80)
	for one := make([]byte, 1); len(line) < most; {
		if _, err := io.ReadFull(c, one); err != nil {
			return "", err
		}
		if one[0] == '\n' {
			return strings.TrimSuffix(string(line), "\r"), nil
		}
		line = append(line, one[0])
	}
	return "", fmt.Errorf("it answered with a line of more than %d bytes", most)
}

// wantLine reads a line that begins as wanted.
func wantLine(c net.Conn, begins string) error {
	line, err := readLine(c)
	if err == nil && !strings.HasPrefix(line, begins) {
		err = fmt.Errorf("it said %q, where %q was due", clip.Text(strings.ToValidUTF8(line, "")), begins)
	}
	return err
}

func say(c net.Conn, line string) error {
	_, err := io.WriteString(c, line+"\r\n")
	return err
}

// startLines is for protocols that greet, and answer one line with one.
func startLines(c net.Conn, greeting, ask, yes string) error {
	if err := wantLine(c, greeting); err != nil {
		return err
	}
	if err := say(c, ask); err != nil {
		return err
	}
	return wantLine(c, yes)
}

func startSMTP(c net.Conn) error {
	if err := wantSMTP(c, "220"); err != nil {
		return err
	}
	if err := say(c, "EHLO prentice.invalid"); err != nil {
		return err
	}
	if err := wantSMTP(c, "250"); err != nil {
		return err
	}
	if err := say(c, "STARTTLS"); err != nil {
		return err
	}
	return wantSMTP(c, "220")
}

// wantSMTP reads an answer of several lines, each but the last with a dash.
func wantSMTP(c net.Conn, code string) error {
	for range 100 {
		line, err := readLine(c)
		switch {
		case err != nil:
			return err
		case !strings.HasPrefix(line, code):
			return fmt.Errorf("it said %q, where %s was due", clip.Text(strings.ToValidUTF8(line, "")), code)
		case !strings.HasPrefix(line, code+"-"):
			return nil
		}
	}
	return errors.New("its answer has no end")
}

// startPostgres sends an SSLRequest.
func startPostgres(c net.Conn) error {
	if _, err := c.Write([]byte{0, 0, 0, 8, 4, 210, 22, 47}); err != nil {
		return err
	}
	yes := make([]byte, 1)
	if _, err := io.ReadFull(c, yes); err != nil {
		return err
	}
	if yes[0] != 'S' {
		return errors.New("the server of PostgreSQL speaks no TLS")
	}
	return nil
}

// startLDAP sends the extended request 1.3.6.1.4.1.1466.20037 (RFC 4511, 4.14).
func startLDAP(c net.Conn) error {
	const oid = "1.3.6.1.4.1.1466.20037"
	if _, err := io.WriteString(c, "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"+oid); err != nil {
		return err
	}
	head := make([]byte, 2)
	if _, err := io.ReadFull(c, head); err != nil {
		return err
	}
	if head[0] != 0x30 || head[1] > 0x7f {
		return errors.New("it does not answer as LDAP does")
	}
	rest := make([]byte, head[1])
	if _, err := io.ReadFull(c, rest); err != nil {
		return err
	}
	if !bytes.HasPrefix(rest, []byte{2, 1, 1, 0x78}) || len(rest) < 8 || !bytes.Equal(rest[5:8], []byte{0x0a, 1, 0}) {
		return errors.New("the server of LDAP does not begin TLS")
	}
	return nil
}
