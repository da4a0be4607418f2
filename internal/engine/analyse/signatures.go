package analyse

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
	"prentice/internal/kit/sshsig"
)

// signerFiles say who may sign here, as ssh-keygen(1) has it; where one lies, signatures
// are asked for. keysFile is the OpenPGP keys of those who sign so.
var signerFiles = []string{".prentice/allowed_signers", ".prentice/signers", ".gitsigners", ".allowed_signers", "allowed_signers"}

const keysFile = ".prentice/openpgp_keys.asc"

// SignerFiles are all files that say who may sign.
func SignerFiles() []string { return append(slices.Clone(signerFiles), keysFile) }

// signers is who may sign, as what the change is made on says it: a change does not say
// who may sign it.
type signers struct {
	file string
	list []sshsig.Signer
	keys []byte // of OpenPGP
	tree *check.Tree
}

// signersOf reads who may sign; nil where no one asks for signatures.
func signersOf(v *standard.View) (*signers, error) {
	asks := v.By()
	s := &signers{tree: asks}
	for _, name := range SignerFiles() {
		text, err := asks.Text(name)
		if check.Missing(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if name == keysFile {
			s.keys = text
		} else if s.file == "" {
			s.file = name
			if s.list, err = sshsig.Signers(text); err != nil {
				return nil, prentice.Errorf(prentice.Unavailable, "who may sign is not known: %s: %w", name, err)
			}
		}
	}
	if s.file == "" && s.keys == nil {
		return nil, nil
	}
	if s.file == "" {
		s.file = keysFile
	}
	return s, nil
}

// signed finds commits without a good signature. One that cannot be verified here is
// neither good nor bad: then the rule is unknown, unless another is bad.
func signed(ctx context.Context, v *standard.View) ([]check.Finding, error) {
	s, err := signersOf(v)
	if s == nil || err != nil {
		return nil, err
	}
	var list []check.Finding
	var unknown error
	for _, c := range v.Commits {
		says, err := s.wrong(ctx, c)
		if err != nil && unknown == nil {
			unknown = prentice.Errorf(prentice.Unavailable, "the signature of commit %s cannot be verified: %w", c.ID[:min(12, len(c.ID))], err)
		}
		if says != "" {
			list = append(list, of(c, says))
		}
	}
	if len(list) > 0 {
		return list, nil
	}
	return nil, unknown
}

// wrong says what is wrong with the signature of a commit, or "".
func (s *signers) wrong(ctx context.Context, c check.Commit) (says string, unknown error) {
	switch {
	case !c.Signed:
		return "it carries no signature, which " + s.file + " asks for", nil
	case strings.HasPrefix(c.Signature, "-----BEGIN PGP SIGNATURE-----"):
		return s.wrongOpenPGP(ctx, c)
	case !strings.HasPrefix(c.Signature, "-----BEGIN SSH SIGNATURE-----"):
		return "", errors.New("it is neither one of SSH nor of OpenPGP")
	}
	key, err := sshsig.By(c.Signature, c.Content, "git")
	switch {
	case errors.Is(err, sshsig.ErrCertificate):
		return "", err
	case err != nil:
		return "its signature is no good: " + err.Error(), nil
	}
	if no := sshsig.May(s.list, key, c.Committer, "git", c.Committed); no != "" {
		return fmt.Sprintf("its signature does not count by %s: %s", s.file, standard.Shown(no)), nil
	}
	return "", nil
}

func (s *signers) wrongOpenPGP(ctx context.Context, c check.Commit) (says string, unknown error) {
	switch {
	case s.keys == nil:
		return "it is signed with OpenPGP, and there is no " + keysFile + " to say whose keys count", nil
	case s.tree.OpenPGP == nil:
		return "", errors.New("OpenPGP signatures are not verified here")
	}
	_, err := s.tree.OpenPGP(ctx, s.keys, []byte(c.Signature), c.Content)
	switch {
	case prentice.KindOf(err) == prentice.Unavailable:
		return "", err
	case err != nil:
		return "its signature is no good: " + err.Error(), nil
	}
	return "", nil
}

// Unsigned says what is wrong with the signature of a commit, by who may sign as a file has
// it; "" is nothing. Only signatures of SSH are verified so. An error is that it cannot be
// known.
func Unsigned(ctx context.Context, file string, may []sshsig.Signer, c check.Commit) (string, error) {
	return (&signers{file: file, list: may}).wrong(ctx, c)
}
