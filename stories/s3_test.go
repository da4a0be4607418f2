package stories

import (
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync/atomic"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/rogpeppe/go-internal/testscript"
)

// storage is a server of a story's own that speaks S3. What is in it stays while
// it is away.
type storage struct {
	objects *s3mem.Backend
	handler http.Handler
	address string
	server  *http.Server // nil while it is away
	signed  atomic.Value // the name of the key that signed the last request
}

// s3 begins a storage with the bucket "logs" and gives prentice its address; lets
// it be away, come back, or refuse everyone.
func s3(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1, "s3 up|down|refuse")
	s := of(ts)
	if s.storage == nil {
		port, err := freePort()
		ts.Check(err)
		back := s3mem.New()
		ts.Check(back.CreateBucket("logs"))
		quiet := gofakes3.WithLogger(gofakes3.StdLog(log.New(io.Discard, "", 0)))
		s.storage = &storage{objects: back, address: "127.0.0.1:" + port}
		s.storage.handler = s.storage.noting(gofakes3.New(back, quiet).Server())
		ts.Defer(s.storage.leave)
		ts.Setenv("S3", "http://"+s.storage.address)
		ts.Setenv("PRENTICE_BLOBS", "s3://logs?region=eu-west-1&endpoint=http://"+s.storage.address)
		ts.Setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
		ts.Setenv("AWS_SECRET_ACCESS_KEY", "never-to-be-told")
		ts.Setenv("AWS_CONFIG_FILE", os.DevNull)
	}
	s.storage.leave()
	switch args[0] {
	case "up":
		ts.Check(s.storage.serve(s.storage.handler))
	case "refuse":
		ts.Check(s.storage.serve(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })))
	case "down":
	default:
		usage(ts, false, "s3 up|down|refuse")
	}
}

// signature is how the name of a key stands in a request that it signs.
var signature = regexp.MustCompile(`Credential=([^/]+)/`)

// noting notes who asks.
func (s *storage) noting(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if key := signature.FindStringSubmatch(req.Header.Get("Authorization")); key != nil {
			s.signed.Store(key[1])
		}
		h.ServeHTTP(w, req)
	})
}

func isSigned(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1 && of(ts).storage != nil, "signed KEY, after s3")
	eventually(ts, func() (bool, string) {
		by, _ := of(ts).storage.signed.Load().(string)
		return by == args[0], by
	})
}

func (s *storage) serve(h http.Handler) error {
	l, err := net.Listen("tcp", s.address)
	if err != nil {
		return err
	}
	s.server = &http.Server{Handler: h}
	go s.server.Serve(l) //nolint:errcheck // it is closed by leave
	return nil
}

func (s *storage) leave() {
	if s.server != nil {
		s.server.Close()
		s.server = nil
	}
}

func isStored(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, len(args) == 1 && of(ts).storage != nil, "stored PATTERN, after s3")
	pattern, err := regexp.Compile(args[0])
	ts.Check(err)
	eventually(ts, func() (bool, string) {
		list, err := of(ts).storage.objects.ListBucket("logs", nil, gofakes3.ListBucketPage{})
		ts.Check(err)
		var names []string
		found := false
		for _, o := range list.Contents {
			names = append(names, o.Key)
			found = found || pattern.MatchString(o.Key)
		}
		return found != neg, strings.Join(names, "\n")
	})
}
