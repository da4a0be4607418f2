package variable

import "testing"

func TestWhatIsPlainlyACredentialIsNoFact(t *testing.T) {
	for _, name := range []string{
		"aws_secret_access_key", "passwords", "password2", "db_pwd", "pwd", "bind_pw", "pw", "db_password", "db_pass", "pass", "pass2", "passwd", "upasswd", "dbpassword",
		"dbPassword", "DBPassword", "password_db", "root-passphrase", "api_token", "token", "tokens", "tokenGithub", "gh_token_2", "client_secret", "secret", "my_secrets_of_old", "clientSecretValue",
		"vault_pass", "credential", "credentials", "db_creds", "private_key", "sshPrivateKey", "api_key", "apiKey", "apikey", "api_keys", "access_key", "aws_access_key_id", "accessKey", "PASSWORD", "passphrases",
	} {
		if !IsCredential(name) {
			t.Errorf("%s would stand in plans", name)
		}
	}
	for _, name := range []string{
		"passenger", "compass", "bypass", "passive", "passes", "tokenizer", "pwm", "pwr", "cpw", "key", "public_key", "keyboard", "monkey", "api", "access", "accessibility", "private", "private_ip",
		"api_url", "zone", "rack_id", "password_length", "password_max_age", "token_ttl", "private_key_file", "tokenised", "credit", "discredited", "hotkey", "primary_key", "",
	} {
		if IsCredential(name) {
			t.Errorf("%s is held back", name)
		}
	}
}

func TestAVariableThatSteersOrWasApprovedIsTaken(t *testing.T) {
	for _, name := range []string{
		"path", "home", "ifs", "env", "bash-env", "ps4", "ld-preload", "ld_library_path", "shell", "cdpath", "pythonpath", "git-ssh-command", "lc-all",
		"input-mode", "service-url", "target-name", "event-type", "event_data_x", "prentice-run",
	} {
		if Taken(Of(name)) == "" {
			t.Errorf("%s is free", name)
		}
	}
	for _, name := range []string{"deploy-token", "git-token", "input", "targets", "homepage", "path-token", "db-password", "ldap-password", "bashful", "https-proxy", "user-token"} {
		if why := Taken(Of(name)); why != "" {
			t.Errorf("%s: %s", name, why)
		}
	}
}

func TestAFactNeverReplacesWhatEveryTargetHas(t *testing.T) {
	for name, want := range map[string]string{"name": "", "Ref": "", "address": "", "ADDRESS": "", "zone": "TARGET_ZONE", "rack-id": "TARGET_RACK_ID", "ref_2": "TARGET_REF_2"} {
		if got := OfFact(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}
