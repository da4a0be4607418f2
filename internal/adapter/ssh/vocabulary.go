package ssh

import "strings"

// properWords are the words of OpenSSH's ssh_config, those of older and of newer
// versions and of macOS among them. One that is not here is misspelt.
var properWords = []string{
	"AddKeysToAgent", "AddressFamily", "BatchMode", "BindAddress", "BindInterface", "CanonicalDomains", "CanonicalizeFallbackLocal", "CanonicalizeHostname",
	"CanonicalizeMaxDots", "CanonicalizePermittedCNAMEs", "CASignatureAlgorithms", "CertificateFile", "ChallengeResponseAuthentication", "ChannelTimeout",
	"CheckHostIP", "Cipher", "Ciphers", "ClearAllForwardings", "Compression", "ConnectionAttempts", "ConnectTimeout", "ControlMaster", "ControlPath",
	"ControlPersist", "DisableBanner", "DSAAuthentication", "DynamicForward", "EnableEscapeCommandline", "EnableSSHKeysign", "EscapeChar",
	"ExitOnForwardFailure", "FallBackToRsh", "FingerprintHash", "ForkAfterAuthentication", "ForwardAgent", "ForwardX11", "ForwardX11Timeout",
	"ForwardX11Trusted", "GatewayPorts", "GlobalKnownHostsFile", "GSSAPIAuthentication", "GSSAPIClientIdentity", "GSSAPIDelegateCredentials",
	"GSSAPIKexAlgorithms", "GSSAPIKeyExchange", "GSSAPIRenewalForcesRekey", "GSSAPIServerIdentity", "GSSAPITrustDns", "HashKnownHosts", "Host",
	"HostbasedAcceptedAlgorithms", "HostbasedAuthentication", "HostbasedKeyTypes", "HostKeyAlgorithms", "HostKeyAlias", "HostName", "IdentitiesOnly",
	"IdentityAgent", "IdentityFile", "IdentityFile2", "IgnoreUnknown", "Include", "IPQoS", "KbdInteractiveAuthentication", "KbdInteractiveDevices",
	"KeepAlive", "KexAlgorithms", "KnownHostsCommand", "LocalCommand", "LocalForward", "LogLevel", "LogVerbose", "MACs", "Match",
	"NoHostAuthenticationForLocalhost", "NumberOfPasswordPrompts", "ObscureKeystrokeTiming", "PasswordAuthentication", "PermitLocalCommand",
	"PermitRemoteOpen", "PKCS11Provider", "Port", "PreferredAuthentications", "Protocol", "ProxyCommand", "ProxyJump", "ProxyUseFdpass",
	"PubkeyAcceptedAlgorithms", "PubkeyAcceptedKeyTypes", "PubkeyAuthentication", "RefuseConnection", "RekeyLimit", "RemoteCommand", "RemoteForward",
	"RequestTTY", "RequiredRSASize", "RevokedHostKeys", "RhostsRSAAuthentication", "RSAAuthentication", "SecurityKeyProvider", "SendEnv",
	"ServerAliveCountMax", "ServerAliveInterval", "SessionType", "SetEnv", "SkeyAuthentication", "SmartcardDevice", "StdinNull", "StreamLocalBindMask",
	"StreamLocalBindUnlink", "StrictHostKeyChecking", "SyslogFacility", "Tag", "TCPKeepAlive", "TISAuthentication", "Tunnel", "TunnelDevice",
	"UpdateHostKeys", "UseKeychain", "UsePrivilegedPort", "User", "UserKnownHostsFile", "UseRsh", "VerifyHostKeyDNS", "VersionAddendum", "VisualHostKey",
	"XAuthLocation",
}

// openSSHWords are the same in lower case.
var openSSHWords = func() []string {
	list := make([]string, len(properWords))
	for i, w := range properWords {
		list[i] = strings.ToLower(w)
	}
	return list
}()

// proper is a word as people write it.
func proper(word string) string {
	for i, w := range openSSHWords {
		if w == word {
			return properWords[i]
		}
	}
	return word
}
