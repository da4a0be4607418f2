package archive

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

const (
	manifestName = "manifest.json"
	format       = 1
)

// Member is a file of an archive.
type Member struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// manifest is the last member.
type manifest struct {
	Format  int             `json:"format"`
	About   json.RawMessage `json:"about"`
	Members []Member        `json:"members"`
}

// Packer writes an archive. What it wrote is one only once Close has returned nil.
type Packer struct {
	gz      *gzip.Writer
	tar     *tar.Writer
	now     time.Time
	members []Member
	has     map[string]bool
}

// NewPacker begins an archive.
func NewPacker(w io.Writer, now time.Time) *Packer {
	gz, _ := gzip.NewWriterLevel(w, gzip.BestSpeed) // the level is one
	return &Packer{gz: gz, tar: tar.NewWriter(gz), now: now, has: map[string]bool{}}
}

// Has says whether there is a member of this name already.
func (p *Packer) Has(name string) bool { return p.has[name] }

// wholeUpTo is the size up to which a file is read at once, so that one that grows or
// shrinks meanwhile is packed as it was at one moment.
const wholeUpTo = 16 << 20

// File packs a file under a name. One that is gone is left out; of one that grows
// meanwhile its beginning is packed, of one that shrinks nothing and an error.
func (p *Packer) File(name, path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	about, err := f.Stat()
	if err != nil {
		return err
	}
	if !about.Mode().IsRegular() {
		return fmt.Errorf("%s is not a plain file", path)
	}
	if about.Size() > wholeUpTo {
		return p.add(name, about.Mode().Perm(), about.Size(), f)
	}
	content, err := io.ReadAll(io.LimitReader(f, wholeUpTo+1))
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return p.Bytes(name, about.Mode().Perm(), content)
}

// Bytes packs a text under a name.
func (p *Packer) Bytes(name string, mode fs.FileMode, content []byte) error {
	return p.add(name, mode, int64(len(content)), bytes.NewReader(content))
}

func (p *Packer) add(name string, mode fs.FileMode, size int64, from io.Reader) error {
	if p.has[name] {
		return fmt.Errorf("%s is in the archive already", name)
	}
	if err := p.head(name, mode, size); err != nil {
		return err
	}
	sum := sha256.New()
	n, err := io.CopyN(io.MultiWriter(p.tar, sum), from, size)
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%s became shorter while it was read: %d of %d bytes", name, n, size)
	}
	if err != nil {
		return fmt.Errorf("pack %s: %w", name, err)
	}
	p.has[name] = true
	p.members = append(p.members, Member{name, size, hex.EncodeToString(sum.Sum(nil))})
	return nil
}

func (p *Packer) head(name string, mode fs.FileMode, size int64) error {
	return p.tar.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: int64(mode.Perm()), Size: size, ModTime: p.now, Format: tar.FormatPAX})
}

// Close ends the archive with its manifest, in which about is said of the whole, and
// says what it holds.
func (p *Packer) Close(about any) ([]Member, error) {
	said, err := json.Marshal(about)
	if err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(manifest{format, said, p.members}, "", " ")
	if err != nil {
		return nil, err
	}
	if err := p.head(manifestName, 0o600, int64(len(text))); err != nil {
		return nil, err
	}
	_, err = p.tar.Write(text)
	return p.members, errors.Join(err, p.tar.Close(), p.gz.Close())
}
