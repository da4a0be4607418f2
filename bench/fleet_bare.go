package main

import (
	"errors"
	"fmt"
	"os"
	"sync"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// bare is the physical limit: a loop over x/crypto/ssh that runs one command on
// each host, as many at once as we do. It checks host keys as we do, from a file
// that it reads once; it asks no one, locks nothing and keeps nothing.
type bare struct {
	config ssh.ClientConfig
	list   []machine
	kept   []*ssh.Client
}

func newBare(list []machine, key, known string) (*bare, error) {
	raw, err := os.ReadFile(key)
	if err != nil {
		return nil, err
	}
	signer, err := ssh.ParsePrivateKey(raw)
	if err != nil {
		return nil, err
	}
	check, err := knownhosts.New(known)
	if err != nil {
		return nil, err
	}
	return &bare{list: list, kept: make([]*ssh.Client, len(list)), config: ssh.ClientConfig{User: fleetUser, Auth: []ssh.AuthMethod{ssh.PublicKeys(signer)},
		HostKeyCallback: check, HostKeyAlgorithms: []string{ssh.KeyAlgoED25519}}}, nil
}

// round runs the command on every host once, on connections that are kept.
func (b *bare) round(command string) error {
	errs := make([]error, len(b.list))
	slots := make(chan struct{}, fleetParallel)
	var all sync.WaitGroup
	for i := range b.list {
		slots <- struct{}{}
		all.Go(func() { errs[i] = b.one(i, command); <-slots })
	}
	all.Wait()
	return errors.Join(errs...)
}

func (b *bare) one(i int, command string) (err error) {
	if b.kept[i] == nil {
		if b.kept[i], err = ssh.Dial("tcp", b.list[i].address, &b.config); err != nil {
			return err
		}
	}
	session, err := b.kept[i].NewSession()
	if err != nil {
		return err
	}
	defer session.Close()
	out, err := session.Output(command)
	if err == nil && len(out) == 0 {
		return fmt.Errorf("%s printed nothing", b.list[i].name)
	}
	return err
}

func (b *bare) close() {
	for i, c := range b.kept {
		if c != nil {
			c.Close()
			b.kept[i] = nil
		}
	}
}
