# What a person does with HashLB. Each target finds a JDK 25 and, as root, installs what it lacks.
SHELL := bash
MVN = export JAVA_HOME="$$(scripts/jdk)" && mvn -B -ntp

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

.PHONY: demo
demo: ## balances real HTTP traffic in a lab of namespaces, as root (DEMO_ARGS="--keep" leaves the lab up)
	@[[ $$(id -u) != 0 ]] || { scripts/jdk >/dev/null && scripts/need mvn ip nft libnftables.so.1 sysctl; }
	@./hashlb demo $(DEMO_ARGS)

.PHONY: test
test: root ## all checks, unit tests and the suites on real packets, as root
	@scripts/jdk >/dev/null && scripts/need mvn ip nft libnftables.so.1 ping sysctl
	@$(MVN) -T 1C -Dhashlb.all verify $(TEST_ARGS)

.PHONY: soak
soak: root ## 10,000 connections, 1,000 requests a second, dying operators: what is too long for every build (idle machine)
	@scripts/jdk >/dev/null && scripts/need mvn ip nft libnftables.so.1 ping sysctl
	@$(MVN) verify -pl operator,e2e -am -Dtest=none -Dit.test='ManyConnectionsIT,RollingUpdateIT,OperatorAndAgentsIT' -Dhashlb.soak=true -Dhashlb.connections=10000 -Dhashlb.requestsPerSecond=1000 \
		-Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false $(TEST_ARGS)

.PHONY: bench
bench: root ## HashLB beside plain routing, nftables, HAProxy and nginx, as root (BENCH_ARGS="--quick": the short one; "continuity": what breaks)
	@scripts/jdk >/dev/null && scripts/need mvn ip nft libnftables.so.1 sysctl ethtool iperf3 haproxy nginx ngx_stream_module.so
	@./hashlb bench $(BENCH_ARGS)

.PHONY: control-bench
control-bench: root ## how fast a change reaches 1,000 data planes, and a ready pod its three nodes: JSON (needs a kit for a real API server)
	@scripts/jdk >/dev/null && scripts/need mvn ip nft libnftables.so.1 sysctl
	@$(MVN) -q verify -pl operator,e2e -am -Dhashlb.all -Dhashlb.control-bench -DskipTests -Dspotless.check.skip=true $(TEST_ARGS)

.PHONY: images
images: ## target/images: operator and data plane as OCI archives, without a daemon (IMAGES=dataplane for one)
	@scripts/images $(IMAGES)

.PHONY: e2e
e2e: root ## the suite for a real cluster whose nodes have the images: make e2e KUBECONFIG=... (as root: it routes VIPs)
	@[[ -r "$(KUBECONFIG)" ]] || { echo "say which cluster:  make e2e KUBECONFIG=FILE" >&2; exit 2; }
	@scripts/jdk >/dev/null && scripts/need mvn ip
	@export HASHLB_E2E_KUBECONFIG="$(abspath $(KUBECONFIG))" && $(MVN) -T 1C -pl e2e -am verify -Dhashlb.cluster -Dspotless.check.skip=true -Dtest=none \
		-Dit.test='dev.hashlb.e2e.cluster.*IT' -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false $(TEST_ARGS)

.PHONY: kind-e2e
kind-e2e: root images ## makes a kind cluster of three nodes, loads the images, runs the suite, removes the cluster
	@scripts/kind-e2e

.PHONY: jmh
jmh: ## parse, calculate, look up, in nanoseconds (JMH_ARGS goes to JMH)
	@./hashlb jmh $(JMH_ARGS)

.PHONY: format
format: ## formats all sources
	@scripts/jdk >/dev/null && scripts/need mvn
	@$(MVN) -q spotless:apply

.PHONY: clean
clean: ## removes what was built
	@rm -rf target */target dataplane/*/target

.PHONY: root
root:
	@[[ $$(id -u) == 0 ]] || { echo "this makes network namespaces, so it needs root:  sudo make $(MAKECMDGOALS)" >&2; exit 3; }
