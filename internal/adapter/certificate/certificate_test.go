package certificate

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// pair writes a certificate of a number and its key.
func pair(t *testing.T, folder string, number int64) (cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of := &x509.Certificate{SerialNumber: big.NewInt(number), Subject: pkix.Name{CommonName: "previews"}, NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"*.preview.localhost"}}
	raw, err := x509.CreateCertificate(rand.Reader, of, of, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	write(t, cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}))
	write(t, key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	return cert, key
}

func write(t *testing.T, file string, text []byte) {
	t.Helper()
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestACertificateIsReadAgainWhenItsFilesChange(t *testing.T) {
	folder := t.TempDir()
	cert, key := pair(t, folder, 1)
	f := &files{cert: cert, key: key, log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	number := func() int64 {
		t.Helper()
		f.looked = time.Time{} // as after a while
		c, err := f.certificate(&tls.ClientHelloInfo{})
		if err != nil {
			t.Fatal(err)
		}
		return c.Leaf.SerialNumber.Int64()
	}
	if got := number(); got != 1 {
		t.Errorf("first: %d", got)
	}
	pair(t, folder, 2)
	if got := number(); got != 2 {
		t.Errorf("after a change: %d", got)
	}
	write(t, key, []byte("half"))
	if got := number(); got != 2 {
		t.Errorf("with half a key: %d", got)
	}
	if err := os.Remove(cert); err != nil {
		t.Fatal(err)
	}
	if got := number(); got != 2 {
		t.Errorf("without the file: %d", got)
	}
	pair(t, folder, 3)
	if got := number(); got != 3 {
		t.Errorf("put right: %d", got)
	}
}

func TestWithoutACertificateNothingIsServed(t *testing.T) {
	conf := Files(filepath.Join(t.TempDir(), "none"), "none", slog.New(slog.NewTextHandler(io.Discard, nil)))
	if _, err := conf.GetCertificate(&tls.ClientHelloInfo{}); err == nil {
		t.Error("there is one")
	}
}
