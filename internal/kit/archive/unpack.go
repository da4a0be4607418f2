package archive

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// The ways in which an archive is none, for errors.Is.
var (
	ErrShort   = errors.New("the archive ends too early")
	ErrForeign = errors.New("it is no archive of this kind")
	ErrChanged = errors.New("the archive was changed or damaged")
)

// The most that a manifest and the number of members may be.
const (
	mostManifest = 64 << 20
	mostMembers  = 1 << 20
)

// Unpack writes the members of an archive below a folder, each only if may says so,
// and afterwards compares all with the manifest. With an error the folder holds what
// must not be used. What was said about the whole is written to about.
func Unpack(r io.Reader, into *os.Root, may func(name string) bool, about any) ([]Member, error) {
	buffered := bufio.NewReader(r)
	gz, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, readTrouble(err, ErrForeign)
	}
	gz.Multistream(false)
	u := unpacking{tar: tar.NewReader(gz), into: into, may: may, found: map[string]Member{}}
	m, err := u.all()
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(io.Discard, io.LimitReader(gz, mostManifest)); err != nil { // the sum of the whole is behind it
		return nil, readTrouble(err, ErrChanged)
	}
	if _, err := buffered.ReadByte(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: something follows its end", ErrChanged)
	}
	if err := json.Unmarshal(m.About, about); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrForeign, err)
	}
	return m.Members, nil
}

type unpacking struct {
	tar   *tar.Reader
	into  *os.Root
	may   func(string) bool
	found map[string]Member
}

// all unpacks up to the end, which must be the manifest, and compares.
func (u *unpacking) all() (m manifest, err error) {
	for {
		head, err := u.tar.Next()
		if errors.Is(err, io.EOF) {
			return m, fmt.Errorf("%w: it has no manifest", ErrShort)
		}
		if err != nil {
			return m, readTrouble(err, ErrChanged)
		}
		if head.Name == manifestName {
			break
		}
		if err := u.one(head); err != nil {
			return m, err
		}
	}
	text, err := io.ReadAll(io.LimitReader(u.tar, mostManifest))
	if err != nil {
		return m, readTrouble(err, ErrChanged)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("%w: its manifest: %w", ErrChanged, err)
	}
	if m.Format != format {
		return m, fmt.Errorf("%w: it is in format %d, and this program knows format %d", ErrForeign, m.Format, format)
	}
	if _, err := u.tar.Next(); !errors.Is(err, io.EOF) {
		return m, fmt.Errorf("%w: something follows its manifest", ErrChanged)
	}
	return m, u.compare(m.Members)
}

func (u *unpacking) one(head *tar.Header) error {
	name := head.Name
	_, twice := u.found[name]
	switch {
	case head.Typeflag != tar.TypeReg:
		return fmt.Errorf("%w: %.60q is not a plain file", ErrForeign, name)
	case !filepath.IsLocal(name) || path.Clean(name) != name || strings.ContainsAny(name, "\\\x00") || !u.may(name):
		return fmt.Errorf("%w: it holds %.60q", ErrForeign, name)
	case twice:
		return fmt.Errorf("%w: it holds %s twice", ErrChanged, name)
	case len(u.found) >= mostMembers:
		return fmt.Errorf("%w: it holds more than %d files", ErrForeign, mostMembers)
	}
	if folder := path.Dir(name); folder != "." {
		if err := u.into.MkdirAll(folder, 0o700); err != nil {
			return err
		}
	}
	f, err := u.into.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fs.FileMode(head.Mode).Perm()&0o755)
	if err != nil {
		return err
	}
	sum := sha256.New()
	size, err := io.Copy(f, io.TeeReader(source{u.tar}, sum))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("unpack %s: %w", name, err)
	}
	u.found[name] = Member{name, size, hex.EncodeToString(sum.Sum(nil))}
	return nil
}

// source tells trouble with the archive from trouble with the disk.
type source struct{ io.Reader }

func (s source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = readTrouble(err, ErrChanged)
	}
	return n, err
}

// compare wants what was found to be what the manifest says, no more and no less.
func (u *unpacking) compare(members []Member) error {
	for _, m := range members {
		is, there := u.found[m.Name]
		switch {
		case !there:
			return fmt.Errorf("%w: %.60q is missing", ErrChanged, m.Name)
		case is != m:
			return fmt.Errorf("%w: %s is not what was packed", ErrChanged, m.Name)
		}
		delete(u.found, m.Name)
	}
	for name := range u.found {
		return fmt.Errorf("%w: %s was added", ErrChanged, name)
	}
	return nil
}

func readTrouble(err, kind error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: %w", ErrShort, err)
	}
	return fmt.Errorf("%w: %w", kind, err)
}
