import Glibc
import Synchronization
import WatcherCore

/// The output of one build: a bounded file for people, and the end of it for messages. Secrets are masked, line by line.
///
/// What goes over the limit is left out of the file's middle: how a build began and how it ended both tell something.
final class BuildLog: Sendable {
    /// Bytes of the file before its middle is left out.
    static let headLimit = 4 << 20
    /// Bytes of the end that are kept.
    static let tailLimit = 64 << 10
    /// Bytes of one line; the rest of it is dropped.
    static let lineLimit = 16 << 10

    private let file: Int32
    private let redactor: Redactor
    private let progress: @Sendable (String) -> Void
    private let state = Mutex(State())

    private struct State {
        var line: [UInt8] = []
        var written = 0
        var left = 0
        var tail: [String] = []
        var tailBytes = 0
    }

    /// `file` is an open descriptor, closed by `finish`; negative where there is none. `progress` gets each line.
    init(file: Int32, redactor: Redactor, progress: @escaping @Sendable (String) -> Void) {
        self.file = file
        self.redactor = redactor
        self.progress = progress
    }

    func take(_ bytes: [UInt8]) {
        state.withLock { state in
            for byte in bytes {
                if byte == 0x0A {
                    end(&state)
                } else if state.line.count < Self.lineLimit {
                    state.line.append(byte)
                }
            }
        }
    }

    /// Writes what is left and closes the file. Returns the last lines, without escape sequences.
    func finish() -> [String] {
        state.withLock { state in
            if !state.line.isEmpty { end(&state) }
            if state.left > 0 {
                write("… \(state.left) bytes left out …\n")
                for line in state.tail { write(line + "\n") }
            }
            if file >= 0 { close(file) }
            return state.tail
        }
    }

    private func end(_ state: inout State) {
        let line = redactor.mask(String(decoding: state.line, as: UTF8.self).withoutEscapes)
        state.line.removeAll(keepingCapacity: true)
        progress(line)
        state.tail.append(line)
        state.tailBytes += line.utf8.count + 1
        while state.tailBytes > Self.tailLimit, state.tail.count > 1 {
            state.tailBytes -= state.tail.removeFirst().utf8.count + 1
        }
        if state.left == 0, state.written + line.utf8.count < Self.headLimit {
            state.written += line.utf8.count + 1
            write(line + "\n")
        } else {
            state.left += line.utf8.count + 1
        }
    }

    /// A log that cannot be written is no reason to end a build.
    private func write(_ text: String) {
        guard file >= 0 else { return }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
