import Foundation
import Glibc
import TestSupport

/// nginx on loopback with TLS and HTTP/2, with certificates of an authority made for the occasion.
final class NginxFront {
    /// Why there is none on this machine; nil when there is. In CI there has to be.
    static let absence: String? = {
        let found = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"].contains {
            FileManager.default.isExecutableFile(atPath: $0)
        }
        let isCI = ProcessInfo.processInfo.environment["CI"] == "true"
        return found || isCI ? nil : "no nginx on this machine"
    }()

    let folder: URL
    /// A good certificate, one that has expired, one for another host, and HTTP/1.1 alone.
    let ports: (good: UInt16, expired: UInt16, otherHost: UInt16, old: UInt16)
    private let held: [HeldPort]
    private let process = Process()
    /// nginx lives as long as this is open: also when the tests die, it goes with them.
    private let leash = Pipe()
    private let ended = Event()

    var caFile: String { folder.appendingPathComponent("ca.pem").path }

    struct Failure: Error { let text: String }

    init() async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("curl-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        held = try (0..<4).map { _ in try HeldPort() }
        ports = (held[0].number, held[1].number, held[2].number, held[3].number)
        try Self.makeCertificates(in: folder)
        try configuration.write(to: folder.appendingPathComponent("nginx.conf"), atomically: true, encoding: .utf8)
        // By SIGKILL: threads of the concurrency runtime block signals, and their children inherit that.
        // Another child that inherited the end that is written to would keep this one alive.
        _ = fcntl(leash.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        let ended = ended
        process.terminationHandler = { _ in ended.open() }
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        let command =
            "PATH=$PATH:/usr/sbin nginx -p . -e error.log -c nginx.conf & nginx=$!; cat; kill -KILL $nginx; wait $nginx"
        process.arguments = ["-c", command]
        process.currentDirectoryURL = folder
        process.standardInput = leash
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let deadline = ContinuousClock.now + .seconds(20)
        while Connection(toPort: ports.old).map({ $0.finish() }) == nil {
            guard ContinuousClock.now < deadline else {
                await stop()
                throw Failure(text: "nginx does not answer")
            }
            await Task.yield()
        }
    }

    func stop() async {
        try? leash.fileHandleForWriting.close()
        await ended.wait()
        try? FileManager.default.removeItem(at: folder)
    }

    private var configuration: String {
        func server(_ port: UInt16, _ name: String, http2: Bool = true) -> String {
            """
            server {
                listen 127.0.0.1:\(port) ssl\(http2 ? " http2" : "") reuseport backlog=1024;
                ssl_certificate \(name).pem;
                ssl_certificate_key \(name).key;
                add_header X-Connection $connection always;
                location / { return 200 "$request_uri"; }
                location /304 { return 304; }
            }
            """
        }
        return """
            daemon off;
            master_process off;
            pid nginx.pid;
            events { worker_connections 1024; }
            http {
                access_log off;
                client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
                http2_max_concurrent_streams 100;
                keepalive_requests 100000;
                \(server(ports.good, "good"))
                \(server(ports.expired, "expired"))
                \(server(ports.otherHost, "other"))
                \(server(ports.old, "good", http2: false))
            }
            """
    }

    private static func makeCertificates(in folder: URL) throws {
        let script = """
            set -e
            key() { openssl ecparam -name prime256v1 -genkey -noout -out $1.key; }
            key ca; openssl req -x509 -new -key ca.key -days 2 -subj '/CN=test authority' -out ca.pem \
              -addext basicConstraints=critical,CA:TRUE
            mkdir -p db; : > db/index
            printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=db/index\\nnew_certs_dir=db\\ndefault_md=sha256\\npolicy=p\\nrand_serial=yes\\n' > ca.conf
            printf 'unique_subject=no\\n[p]\\ncommonName=supplied\\n' >> ca.conf
            sign() { # name, subject alternative names, first and last day
              key $1; openssl req -new -key $1.key -subj /CN=$1 -out $1.csr
              printf "subjectAltName=$2\\n" > $1.ext
              openssl ca -batch -notext -config ca.conf -cert ca.pem -keyfile ca.key -in $1.csr -out $1.pem \
                -extfile $1.ext -startdate $3 -enddate $4
            }
            sign good IP:127.0.0.1,DNS:localhost 20200101000000Z 20490101000000Z
            sign expired IP:127.0.0.1 20200101000000Z 20210101000000Z
            sign other DNS:other.example 20200101000000Z 20490101000000Z
            """
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", script]
        shell.currentDirectoryURL = folder
        shell.standardError = FileHandle.nullDevice
        shell.standardOutput = FileHandle.nullDevice
        try shell.run()
        shell.waitUntilExit()
        guard shell.terminationStatus == 0 else { throw Failure(text: "openssl makes no certificates") }
    }
}
