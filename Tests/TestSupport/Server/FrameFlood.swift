import Foundation

/// An HTTP/2 server on localhost with TLS that answers no request and sends frames of one kind without end.
package final class FrameFlood: Sendable {
    /// What it sends; the server's own words for it.
    package enum Kind: String, CaseIterable, Sendable {
        case data, padded, pings, acknowledgements, settings, priorities, unknown, updates, continuations, resets
    }

    package let port: UInt16
    /// The certificate, which is its own authority.
    package let caFile: String
    private let folder: URL
    private let process: Process
    /// The server lives as long as this is open.
    private let leash: FileHandle

    package struct Failure: Error {}

    package init(_ kind: Kind) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("frames-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        caFile = folder.appendingPathComponent("c.pem").path
        let (input, output) = (Pipe(), Pipe())
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", Self.script, kind.rawValue]
        process.currentDirectoryURL = folder
        process.standardInput = input
        process.standardOutput = output
        leash = input.fileHandleForWriting
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = UInt16(line.trimmingCharacters(in: .whitespacesAndNewlines)) else { throw Failure() }
        self.port = port
    }

    package func stop() {
        try? leash.close()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    private static let script = """
        import os, re, socket, ssl, subprocess, sys, threading
        subprocess.run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout k.pem -out c.pem"
            " -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1", shell=True, check=True,
            stderr=subprocess.DEVNULL)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain("c.pem", "k.pem")
        context.set_alpn_protocols(["h2"])
        server = socket.create_server(("127.0.0.1", 0))
        print(server.getsockname()[1], flush=True)

        def frame(kind, flags, stream, payload=b""):
            return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload

        piece = {
            "data": frame(0, 0, 1) * 1000, "padded": frame(0, 8, 1, bytes([16]) + bytes(16)) * 500,
            "pings": frame(6, 0, 0, b"12345678") * 1000, "acknowledgements": frame(6, 1, 0, b"12345678") * 1000,
            "settings": frame(4, 0, 0) * 1000, "priorities": frame(2, 0, 1, bytes(4) + b"x") * 1000,
            "unknown": frame(99, 0, 1) * 1000, "updates": frame(8, 0, 1, bytes(3) + b"x") * 1000,
            "continuations": frame(9, 0, 1, bytes([0, 1, 97, 1, 98])) * 1000, "resets": frame(3, 0, 3, bytes(4)) * 1000,
        }[sys.argv[1]]

        def serve(connection):
            try:
                connection = context.wrap_socket(connection, server_side=True)
                connection.sendall(frame(4, 0, 0))
                seen = b""
                # The request's own frame: HEADERS on stream 1.
                while not re.search(b"\\x01[\\x04\\x05\\x24\\x25]\\0\\0\\0\\x01", seen):
                    more = connection.recv(65536)
                    if not more: return
                    seen += more
                connection.sendall(frame(4, 1, 0))
                if sys.argv[1] == "continuations": connection.sendall(frame(1, 0, 1, b"\\x88"))
                if sys.argv[1] in ("data", "padded"): connection.sendall(frame(1, 4, 1, b"\\x88"))
                while True: connection.sendall(piece)
            except OSError:
                pass

        def accept():
            while True: threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        sys.stdin.read()
        os._exit(0)
        """
}
