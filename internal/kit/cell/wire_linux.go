package cell

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
)

// mostAsked bounds a message between a cell and who made it.
const mostAsked = 4 << 20

// mostHanded is how many descriptors come with a message.
const mostHanded = 64

// send writes one message: its length, then JSON.
func send(c net.Conn, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if len(text) > mostAsked {
		return fmt.Errorf("a message of %d bytes is too long", len(text))
	}
	_, err = c.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), text...))
	return err
}

// receive reads one message.
func receive(c io.Reader, v any) error {
	var head [4]byte
	if _, err := io.ReadFull(c, head[:]); err != nil {
		return err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n > mostAsked {
		return fmt.Errorf("a message of %d bytes is too long", n)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(c, text); err != nil {
		return err
	}
	return json.Unmarshal(text, v)
}

// hand sends descriptors with one byte.
func hand(c *net.UnixConn, files ...*os.File) error {
	fds := make([]int, len(files))
	for i, f := range files {
		fds[i] = int(f.Fd())
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Write(func(fd uintptr) bool {
		failed = syscall.Sendmsg(int(fd), []byte{1}, syscall.UnixRights(fds...), nil, 0)
		return !errors.Is(failed, syscall.EAGAIN)
	})
	return errors.Join(err, failed)
}

// taken are the descriptors that came with one byte; io.EOF is that no one hands any more.
func taken(c *net.UnixConn) ([]*os.File, error) {
	word, rights := make([]byte, 1), make([]byte, syscall.CmsgSpace(4*mostHanded))
	n, m, _, _, err := c.ReadMsgUnix(word, rights)
	if err != nil {
		return nil, err
	}
	list, err := syscall.ParseSocketControlMessage(rights[:m])
	if err != nil {
		return nil, err
	}
	var files []*os.File
	for _, one := range list {
		fds, err := syscall.ParseUnixRights(&one)
		if err != nil {
			continue
		}
		for _, fd := range fds {
			syscall.CloseOnExec(fd)
			files = append(files, os.NewFile(uintptr(fd), "handed"))
		}
	}
	if n == 0 && len(files) == 0 {
		return nil, io.EOF
	}
	return files, nil
}

// pair is two ends of a socket.
func pair(how int) (ours, theirs *os.File, err error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, how|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	return os.NewFile(uintptr(fds[0]), "cell"), os.NewFile(uintptr(fds[1]), "cell"), nil
}

// joined is the connection of a socket's file, which is closed.
func joined(f *os.File) (*net.UnixConn, error) {
	defer f.Close() //nolint:errcheck // the connection has its own
	c, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	u, is := c.(*net.UnixConn)
	if !is {
		c.Close() //nolint:errcheck // it is not wanted
		return nil, errors.New("what was handed over is no Unix socket")
	}
	return u, nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close() //nolint:errcheck // it was only lent
	}
}
