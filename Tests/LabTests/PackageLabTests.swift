import Foundation
import TestSupport
import Testing

/// The Debian package on a small Debian 12 with a real systemd.
@Suite("As a Debian package", .serialized, .enabled(if: Lab.isWanted, Lab.whyNot))
struct PackageLabTests {
    /// A fresh container with the package in it; its name there.
    private func prepare() throws -> String {
        try Lab.script("docker.sh", "up")
        try Lab.script("systemd.sh", "up")
        let folder = FileManager.default.temporaryDirectory.path + "/watcher-deb-" + UUID().uuidString
        defer { _ = try? Lab.sh("rm -r '\(folder)'") }
        let package = try Lab.sh("mkdir -p '\(folder)' && cd '\(Lab.root)' && scripts/deb '\(folder)'").output
        try SystemdLab.copy(package.trimmingCharacters(in: .whitespacesAndNewlines), to: "/root.deb")
        return "/root.deb"
    }

    @Test("it is installed, runs, collides with nothing, enables nothing, and is removed and purged without a trace")
    func life() throws {
        let package = try prepare()
        defer { try? Lab.script("systemd.sh", "down") }
        try SystemdLab.copy(Lab.root + "/Tests/Labs/deb.sh", to: "/deb.sh")
        let said = try SystemdLab.inside("sh /deb.sh \(package)")
        #expect(said.contains("installed, run, removed and purged"), "\(said)")
    }

    @Test("its service builds images when its sandbox is opened with the drop-in that it brings")
    func builds() async throws {
        try await BuildLabTests.with { lab in
            let package = try prepare()
            defer { try? Lab.script("systemd.sh", "down") }
            try SystemdLab.inside("dpkg -i \(package)")
            try Lab.sh("cp \"$(command -v docker)\" '\(lab.folder)/docker'")
            try SystemdLab.copy(lab.folder + "/docker", to: "/usr/bin/docker")
            try SystemdLab.inside("mkdir -p /usr/libexec/docker/cli-plugins /srv/context")
            try SystemdLab.copy(
                "/usr/libexec/docker/cli-plugins/docker-buildx", to: "/usr/libexec/docker/cli-plugins/docker-buildx")
            // The socket's group has another number in the container; its name is what the drop-in knows.
            try SystemdLab.inside("groupadd --non-unique --gid $(stat -c %g /srv/docker.sock) docker")
            try SystemdLab.inside(
                "install -D -m 644 /usr/share/doc/release-watcher/examples/watcher-build.conf "
                    + "/etc/systemd/system/watcher.service.d/build.conf")
            try SystemdLab.put(
                "[Service]\nEnvironment=DOCKER_HOST=unix:///srv/docker.sock\n",
                at: "/etc/systemd/system/watcher.service.d/lab.conf")
            try SystemdLab.put(
                "ARG BASE\nFROM ${BASE}\nRUN echo from a service > /made\nENTRYPOINT [\"/bin/cat\", \"/made\"]\n",
                at: "/srv/context/Dockerfile")
            try lab.configure(context: "/srv/context", more: #", "platforms": ["linux/amd64", "linux/arm/v7"]"#)
            let config = try String(contentsOfFile: lab.configPath, encoding: .utf8)
                .replacing("\"stateFile\": \"\(lab.statePath)\",", with: "\"poll\": { \"every\": \"1s\" },")
            try SystemdLab.put(config, at: "/etc/watcher/config.json")
            try SystemdLab.inside(
                "systemctl daemon-reload && systemctl start watcher || { journalctl --no-pager -u watcher; exit 1; }")
            try await lab.github.waitForRequests(Route(.releases), count: 1, timeout: .seconds(30))
            try await Lab.wait("the baseline", seconds: 30) {
                try SystemdLab.inside("watcher status").contains("5.6.11")
            }
            lab.github.publish(BuildLab.elabftw, "5.6.12")
            try await Lab.wait("the build's end", seconds: 90) {
                let status = try SystemdLab.inside("watcher status", okay: false)
                if status.contains(" failed") { throw Lab.Failure(description: status) }
                return status.contains("succeeded")
            }
            #expect(try lab.says("linux/arm/v7", "5.6.12") == "from a service")
        }
    }
}
