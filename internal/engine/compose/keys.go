package compose

import "strings"

// Verdict is what an environment does with a key.
type Verdict string

// The verdicts.
const (
	Used    Verdict = "used"
	Told    Verdict = "no effect" // and advice says so
	Refused Verdict = "refused"
	Inside  Verdict = "see its keys"
)

// Key is a key of the Compose Specification with its verdict. A verdict holds for all that
// stands below, unless that is said Inside.
type Key struct {
	Key     string
	Verdict Verdict
	Why     string
	Try     string         // what to write instead
	But     func(any) bool // the values for which it is only used, or need not be told
}

// Keys are all keys that the Compose Specification has, and what an environment does with them.
var Keys = []Key{
	{Key: "version", Verdict: Used, Why: "obsolete: the specification has no versions any more"},
	{Key: "name", Verdict: Told, Why: "the environment has a name of its own, so that two of one project stand beside each other"},
	{Key: "include", Verdict: Used, Why: "files of the repository"},
	{Key: "jobs", Verdict: Told, Why: "jobs begin when someone runs them, and no one runs them in an environment"},
	{Key: "models", Verdict: Refused, Why: "an environment has no models of language"},

	{Key: "services", Verdict: Inside},
	{Key: "services.*", Verdict: Inside},
	{Key: "services.*.image", Verdict: Used, Why: "resolved to a digest once; postgres, mysql, mariadb, redis and valkey are served by this machine's own servers where there is no engine"},
	{Key: "services.*.command", Verdict: Used},
	{Key: "services.*.entrypoint", Verdict: Used},
	{Key: "services.*.environment", Verdict: Used},
	{Key: "services.*.env_file", Verdict: Used, Why: "files of the repository"},
	{Key: "services.*.working_dir", Verdict: Used},
	{Key: "services.*.user", Verdict: Used},
	{Key: "services.*.init", Verdict: Used},
	{Key: "services.*.read_only", Verdict: Used},
	{Key: "services.*.tmpfs", Verdict: Used, Why: "its options have no effect: the memory of a service is its bound"},
	{Key: "services.*.stop_signal", Verdict: Used},
	{Key: "services.*.stop_grace_period", Verdict: Used},
	{Key: "services.*.restart", Verdict: Used, Why: "how often is the environment's: the number of on-failure:N has no effect"},
	{Key: "services.*.healthcheck", Verdict: Used},
	{Key: "services.*.depends_on", Verdict: Used},
	{Key: "services.*.links", Verdict: Used, Why: "as depends_on, and as another name"},
	{Key: "services.*.profiles", Verdict: Used},
	{Key: "services.*.extends", Verdict: Used, Why: "files of the repository"},
	{Key: "services.*.expose", Verdict: Used},
	{Key: "services.*.ports", Verdict: Used, Why: "the port of the service; nothing of the machine is bound: the address of the environment stands for the host's port, and udp is not reached from outside"},
	{Key: "services.*.hostname", Verdict: Used, Why: "as another name under which the others find it; within, it is the service's name"},
	{Key: "services.*.container_name", Verdict: Used, Why: "as another name under which the others find it: two environments have it at once"},
	{Key: "services.*.mem_limit", Verdict: Used},
	{Key: "services.*.cpus", Verdict: Used},
	{Key: "services.*.pids_limit", Verdict: Used},
	{Key: "services.*.volumes", Verdict: Used, Why: "volumes are the environment's own, and end with it; a bind is a copy of that part of the repository, and one of a folder which the repository does not have is a volume"},
	{Key: "services.*.configs", Verdict: Used, Why: "owner and group have no effect"},
	{Key: "services.*.secrets", Verdict: Used, Why: "owner and group have no effect"},
	{Key: "services.*.networks", Verdict: Inside},
	{Key: "services.*.networks.*", Verdict: Inside},
	{Key: "services.*.networks.*.aliases", Verdict: Used},
	{Key: "services.*.networks.*.priority", Verdict: Told, Why: "there is one way to each service"},
	{Key: "services.*.networks.*.gw_priority", Verdict: Told, Why: "nothing leads out of the network of an environment"},
	{Key: "services.*.networks.*.interface_name", Verdict: Refused, Why: "the names of interfaces are the back end's"},
	{Key: "services.*.networks.*.driver_opts", Verdict: Refused, Why: "networks are the back end's own"},
	{Key: "services.*.networks.*.ipv4_address", Verdict: Refused, Why: "two environments cannot have one address", Try: "services find each other by their names"},
	{Key: "services.*.networks.*.ipv6_address", Verdict: Refused, Why: "two environments cannot have one address", Try: "services find each other by their names"},
	{Key: "services.*.networks.*.link_local_ips", Verdict: Refused, Why: "two environments cannot have one address", Try: "services find each other by their names"},
	{Key: "services.*.networks.*.mac_address", Verdict: Refused, Why: "two environments cannot have one address"},
	{Key: "services.*.networks.*.use_service_name_alias", Verdict: Refused, Why: "a service is always found by its name", But: isTrue},

	{Key: "services.*.build", Verdict: Inside},
	{Key: "services.*.build.context", Verdict: Used, Why: "a folder of the repository"},
	{Key: "services.*.build.dockerfile", Verdict: Used, Why: "a file of the repository"},
	{Key: "services.*.build.dockerfile_inline", Verdict: Used},
	{Key: "services.*.build.args", Verdict: Used},
	{Key: "services.*.build.target", Verdict: Used},
	{Key: "services.*.build.additional_contexts", Verdict: Refused, Why: "an image is built from its context alone", Try: "COPY --from=IMAGE in the Dockerfile, or a context that holds both"},
	{Key: "services.*.build.secrets", Verdict: Refused, Why: "an image is built without secrets, for a change could print them", Try: "give the service the secret when it runs"},
	{Key: "services.*.build.ssh", Verdict: Refused, Why: "an image is built without keys, for a change could use them"},
	{Key: "services.*.build.network", Verdict: Refused, Why: "an image is built in the environment's own network", Try: "leave it out, or write none", But: is("none")},
	{Key: "services.*.build.extra_hosts", Verdict: Refused, Why: "a build asks only the hosts that the environment may ask", Try: "name them under x-prentice: {hosts: [...]}"},
	{Key: "services.*.build.entitlements", Verdict: Refused, Why: "a build has no more rights than others"},
	{Key: "services.*.build.privileged", Verdict: Refused, Why: "it takes the walls between a build and the machine away", But: isFalse},
	{Key: "services.*.build.isolation", Verdict: Refused, Why: "how a build is kept apart is the back end's", But: is("default")},
	{Key: "services.*.build.ulimits", Verdict: Told, Why: "the limits of the environment hold"},
	{Key: "services.*.build.shm_size", Verdict: Told, Why: "the limits of the environment hold"},
	{Key: "services.*.build.labels", Verdict: Told, Why: "the image ends with the environment"},
	{Key: "services.*.build.tags", Verdict: Told, Why: "the image ends with the environment"},
	{Key: "services.*.build.cache_from", Verdict: Told, Why: "the cache is the back end's"},
	{Key: "services.*.build.cache_to", Verdict: Told, Why: "the cache is the back end's"},
	{Key: "services.*.build.no_cache", Verdict: Told, Why: "the cache is the back end's"},
	{Key: "services.*.build.no_cache_filter", Verdict: Told, Why: "the cache is the back end's"},
	{Key: "services.*.build.pull", Verdict: Told, Why: "images are resolved to digests once"},
	{Key: "services.*.build.provenance", Verdict: Told, Why: "what an image of an environment is made of stands in the environment"},
	{Key: "services.*.build.sbom", Verdict: Told, Why: "what an image of an environment is made of stands in the environment"},
	{Key: "services.*.build.platforms", Verdict: Told, Why: "it is built for the machine on which it runs"},

	{Key: "services.*.deploy", Verdict: Inside},
	{Key: "services.*.deploy.resources", Verdict: Inside},
	{Key: "services.*.deploy.resources.limits", Verdict: Used},
	{Key: "services.*.deploy.resources.reservations", Verdict: Inside},
	{Key: "services.*.deploy.resources.reservations.cpus", Verdict: Told, Why: "nothing is kept free for a service"},
	{Key: "services.*.deploy.resources.reservations.memory", Verdict: Told, Why: "nothing is kept free for a service"},
	{Key: "services.*.deploy.resources.reservations.generic_resources", Verdict: Refused, Why: "an environment has no devices"},
	{Key: "services.*.deploy.resources.reservations.devices", Verdict: Refused, Why: "an environment has no devices"},
	{Key: "services.*.deploy.restart_policy", Verdict: Used, Why: "its condition; how often and when is the environment's"},
	{Key: "services.*.deploy.replicas", Verdict: Told, Why: "one of it is begun", But: is("1")},
	{Key: "services.*.deploy.mode", Verdict: Told, Why: "one of it is begun"},
	{Key: "services.*.deploy.labels", Verdict: Told, Why: "nothing reads them"},
	{Key: "services.*.deploy.placement", Verdict: Told, Why: "all services of an environment are on one machine"},
	{Key: "services.*.deploy.update_config", Verdict: Told, Why: "an environment is made anew, not updated in parts"},
	{Key: "services.*.deploy.rollback_config", Verdict: Told, Why: "an environment is made anew, not updated in parts"},
	{Key: "services.*.deploy.endpoint_mode", Verdict: Told, Why: "one of it is begun"},
	{Key: "services.*.scale", Verdict: Told, Why: "one of it is begun", But: is("1")},

	{Key: "services.*.privileged", Verdict: Refused, Why: "it takes the walls between the service and the machine away", But: isFalse},
	{Key: "services.*.cap_add", Verdict: Refused, Why: "a service has no more rights than others"},
	{Key: "services.*.cap_drop", Verdict: Told, Why: "the back end drops what a service does not need"},
	{Key: "services.*.security_opt", Verdict: Refused, Why: "how a service is kept apart is the back end's", Try: "only no-new-privileges may be asked for: it always holds", But: noNewPrivileges},
	{Key: "services.*.devices", Verdict: Refused, Why: "an environment has no devices"},
	{Key: "services.*.device_cgroup_rules", Verdict: Refused, Why: "an environment has no devices"},
	{Key: "services.*.gpus", Verdict: Refused, Why: "an environment has no devices"},
	{Key: "services.*.models", Verdict: Refused, Why: "an environment has no models of language"},
	{Key: "services.*.provider", Verdict: Refused, Why: "it would run a program of the machine", Try: "x-prentice: {provider: postgresql} names a server of the machine"},
	{Key: "services.*.use_api_socket", Verdict: Refused, Why: "it gives the service the engine, and with it the machine", But: isFalse},
	{Key: "services.*.network_mode", Verdict: Refused, Why: "it would leave the network of the environment", Try: "name networks, or leave it out", But: is("bridge", "default")},
	{Key: "services.*.pid", Verdict: Refused, Why: "it would see the processes of others", But: is("private")},
	{Key: "services.*.ipc", Verdict: Refused, Why: "it would share the memory of others", But: is("private", "none")},
	{Key: "services.*.uts", Verdict: Refused, Why: "it would share the name of the machine", But: is("private")},
	{Key: "services.*.userns_mode", Verdict: Refused, Why: "it would have the users of the machine", But: is("private")},
	{Key: "services.*.cgroup", Verdict: Refused, Why: "it would leave the limits of the environment", But: is("private")},
	{Key: "services.*.cgroup_parent", Verdict: Refused, Why: "it would leave the limits of the environment"},
	{Key: "services.*.sysctls", Verdict: Refused, Why: "settings of the kernel are the machine's"},
	{Key: "services.*.oom_kill_disable", Verdict: Refused, Why: "it would leave the limits of the environment", But: isFalse},
	{Key: "services.*.runtime", Verdict: Refused, Why: "how a service is kept apart is the back end's"},
	{Key: "services.*.isolation", Verdict: Refused, Why: "how a service is kept apart is the back end's", But: is("default")},
	{Key: "services.*.credential_spec", Verdict: Refused, Why: "there are no accounts of Windows here"},
	{Key: "services.*.extra_hosts", Verdict: Refused, Why: "services reach each other by their names, and nothing else", Try: "name hosts outside under x-prentice: {hosts: [...]}"},
	{Key: "services.*.external_links", Verdict: Refused, Why: "nothing outside of the environment is reached", Try: "write that service into this file"},
	{Key: "services.*.volumes_from", Verdict: Refused, Why: "it is not supported", Try: "name the volumes at both services"},
	{Key: "services.*.mac_address", Verdict: Refused, Why: "two environments cannot have one address"},
	{Key: "services.*.group_add", Verdict: Refused, Why: "it is not supported", Try: "give the user its groups in the image"},
	{Key: "services.*.umask", Verdict: Refused, Why: "it is not supported", Try: "set it in the command"},
	{Key: "services.*.pre_start", Verdict: Refused, Why: "it is not supported", Try: "write a service of its own, and depends_on: {NAME: {condition: service_completed_successfully}}"},
	{Key: "services.*.post_start", Verdict: Refused, Why: "it is not supported", Try: "write a service of its own that depends on this one, or do it in the command"},
	{Key: "services.*.pre_stop", Verdict: Refused, Why: "it is not supported", Try: "let the program end well at its stop_signal"},
	{Key: "services.*.platform", Verdict: Refused, Why: "programs of another processor do not run here", Try: "leave it out"},

	{Key: "services.*.labels", Verdict: Told, Why: "nothing reads them; the address of the environment stands for routes of a proxy"},
	{Key: "services.*.label_file", Verdict: Told, Why: "nothing reads them"},
	{Key: "services.*.annotations", Verdict: Told, Why: "nothing reads them"},
	{Key: "services.*.logging", Verdict: Told, Why: "what a service prints is the environment's: prentice env logs"},
	{Key: "services.*.attach", Verdict: Told, Why: "what a service prints is the environment's: prentice env logs"},
	{Key: "services.*.develop", Verdict: Told, Why: "an environment is made from a revision, and no one edits it"},
	{Key: "services.*.pull_policy", Verdict: Told, Why: "images are resolved to digests once"},
	{Key: "services.*.pull_refresh_after", Verdict: Told, Why: "images are resolved to digests once"},
	{Key: "services.*.stdin_open", Verdict: Told, Why: "no one types: prentice env enter"},
	{Key: "services.*.tty", Verdict: Told, Why: "no one types: prentice env enter"},
	{Key: "services.*.dns", Verdict: Told, Why: "names are answered within the environment"},
	{Key: "services.*.dns_opt", Verdict: Told, Why: "names are answered within the environment"},
	{Key: "services.*.dns_search", Verdict: Told, Why: "names are answered within the environment"},
	{Key: "services.*.domainname", Verdict: Told, Why: "names are answered within the environment"},
	{Key: "services.*.ulimits", Verdict: Told, Why: "the limits of the environment hold"},
	{Key: "services.*.shm_size", Verdict: Told, Why: "the limits of the environment hold"},
	{Key: "services.*.storage_opt", Verdict: Told, Why: "the limits of the environment hold"},
	{Key: "services.*.mem_reservation", Verdict: Told, Why: "nothing is kept free for a service"},
	{Key: "services.*.memswap_limit", Verdict: Told, Why: "the limits of the environment hold"},
	{Key: "services.*.mem_swappiness", Verdict: Told, Why: "the limits of the environment hold"},
	{Key: "services.*.oom_score_adj", Verdict: Told, Why: "each service has a limit of its own"},
	{Key: "services.*.blkio_config", Verdict: Told, Why: "the limits of the environment hold"},
	{Key: "services.*.cpu_count", Verdict: Told, Why: "cpus is its limit"},
	{Key: "services.*.cpu_percent", Verdict: Told, Why: "cpus is its limit"},
	{Key: "services.*.cpu_period", Verdict: Told, Why: "cpus is its limit"},
	{Key: "services.*.cpu_quota", Verdict: Told, Why: "cpus is its limit"},
	{Key: "services.*.cpu_rt_period", Verdict: Told, Why: "cpus is its limit"},
	{Key: "services.*.cpu_rt_runtime", Verdict: Told, Why: "cpus is its limit"},
	{Key: "services.*.cpu_shares", Verdict: Told, Why: "cpus is its limit"},
	{Key: "services.*.cpuset", Verdict: Told, Why: "cpus is its limit"},

	{Key: "networks", Verdict: Inside},
	{Key: "networks.*", Verdict: Inside},
	{Key: "networks.*.internal", Verdict: Used, Why: "every network of an environment is"},
	{Key: "networks.*.name", Verdict: Told, Why: "the network is the environment's own"},
	{Key: "networks.*.external", Verdict: Refused, Why: "nothing outside of the environment is reached", Try: "leave it out: the environment has a network of its own", But: isFalse},
	{Key: "networks.*.driver", Verdict: Refused, Why: "networks are the back end's own", Try: "leave it out", But: is("bridge", "overlay")},
	{Key: "networks.*.driver_opts", Verdict: Refused, Why: "networks are the back end's own"},
	{Key: "networks.*.ipam", Verdict: Refused, Why: "two environments cannot have one address", Try: "services find each other by their names"},
	{Key: "networks.*.attachable", Verdict: Told, Why: "nothing else joins it"},
	{Key: "networks.*.labels", Verdict: Told, Why: "nothing reads them"},
	{Key: "networks.*.enable_ipv4", Verdict: Told, Why: "networks are the back end's own"},
	{Key: "networks.*.enable_ipv6", Verdict: Told, Why: "networks are the back end's own"},

	{Key: "volumes", Verdict: Inside},
	{Key: "volumes.*", Verdict: Inside},
	{Key: "volumes.*.name", Verdict: Told, Why: "the volume is the environment's own"},
	{Key: "volumes.*.external", Verdict: Refused, Why: "data of others is not reached", Try: "leave it out: the environment has data of its own; x-prentice: {template: ...} fills a database", But: isFalse},
	{Key: "volumes.*.driver", Verdict: Refused, Why: "volumes are the back end's own", Try: "leave it out", But: is("local")},
	{Key: "volumes.*.driver_opts", Verdict: Refused, Why: "it can name folders of the machine and of others", Try: "leave it out"},
	{Key: "volumes.*.labels", Verdict: Told, Why: "nothing reads them"},

	{Key: "configs", Verdict: Inside},
	{Key: "configs.*", Verdict: Inside},
	{Key: "configs.*.file", Verdict: Used, Why: "a file of the repository"},
	{Key: "configs.*.content", Verdict: Used},
	{Key: "configs.*.environment", Verdict: Used, Why: "a variable of .env"},
	{Key: "configs.*.name", Verdict: Told, Why: "it is the environment's own"},
	{Key: "configs.*.external", Verdict: Refused, Why: "an environment is made from the revision alone", Try: "name a file of the repository, or write content", But: isFalse},
	{Key: "configs.*.labels", Verdict: Told, Why: "nothing reads them"},
	{Key: "configs.*.template_driver", Verdict: Refused, Why: "it is not supported"},

	{Key: "secrets", Verdict: Inside},
	{Key: "secrets.*", Verdict: Inside},
	{Key: "secrets.*.file", Verdict: Used, Why: "a file of the repository"},
	{Key: "secrets.*.environment", Verdict: Used, Why: "a secret of that name, which the environment is given; else a variable of .env"},
	{Key: "secrets.*.name", Verdict: Told, Why: "it is the environment's own"},
	{Key: "secrets.*.external", Verdict: Refused, Why: "there is no store of secrets of an engine", Try: "write environment: NAME, and give the environment a secret of that name", But: isFalse},
	{Key: "secrets.*.labels", Verdict: Told, Why: "nothing reads them"},
	{Key: "secrets.*.driver", Verdict: Refused, Why: "there is no store of secrets of an engine"},
	{Key: "secrets.*.driver_opts", Verdict: Refused, Why: "there is no store of secrets of an engine"},
	{Key: "secrets.*.template_driver", Verdict: Refused, Why: "it is not supported"},
}

// byKey are the rows of the table by their keys.
var byKey = func() map[string]Key {
	rows := map[string]Key{}
	for _, k := range Keys {
		rows[k.Key] = k
	}
	return rows
}()

// row is the one that says what is done with a key: its own, or that of a key around it.
func row(key string) (Key, bool) {
	for {
		if k, ok := byKey[key]; ok {
			return k, true
		}
		i := strings.LastIndexByte(key, '.')
		if i < 0 {
			return Key{}, false
		}
		key = key[:i]
		if k, ok := byKey[key]; ok {
			return k, k.Verdict != Inside
		}
	}
}
