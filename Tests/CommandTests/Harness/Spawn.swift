import Glibc

/// Starts a process in a group of its own: what it leaves behind can be ended with it.
enum Spawn {
    struct Failure: Error {
        let call: String
        let code: Int32
    }

    /// Where its standard streams go.
    enum Streams {
        /// Input is empty; output and errors go to files.
        case files(out: String, err: String)
        /// All three are this terminal, which becomes the controlling one.
        case terminal(path: String)
    }

    /// `words[0]` is looked for on the tests' own `PATH`. Nothing is inherited but the current folder.
    static func start(
        _ words: [String], environment: [String: String], _ streams: Streams
    ) throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        try check("posix_spawn_file_actions_init", unsafe posix_spawn_file_actions_init(&actions))
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        let truncate = O_WRONLY | O_CREAT | O_APPEND
        let opens: [(Int32, String, Int32)] =
            switch streams {
            case .files(let out, let err): [(0, "/dev/null", O_RDONLY), (1, out, truncate), (2, err, truncate)]
            case .terminal(let path): [(0, path, O_RDWR), (1, path, O_RDWR), (2, path, O_RDWR)]
            }
        for (file, path, flags) in opens {
            try check("addopen", unsafe posix_spawn_file_actions_addopen(&actions, file, path, flags, 0o600))
        }

        var attributes = posix_spawnattr_t()
        try check("posix_spawnattr_init", unsafe posix_spawnattr_init(&attributes))
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        unsafe sigemptyset(&none)
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        let session = newSession | Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF)
        try check("setflags", unsafe posix_spawnattr_setflags(&attributes, session))

        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        var variables = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            unsafe arguments.forEach { unsafe free($0) }
            unsafe variables.forEach { unsafe free($0) }
        }
        var pid: pid_t = 0
        let code = unsafe posix_spawnp(&pid, words[0], &actions, &attributes, &arguments, &variables)
        try check("posix_spawnp \(words[0])", code)
        return pid
    }

    /// `POSIX_SPAWN_SETSID` of glibc, which Swift does not see.
    private static let newSession: Int16 = 0x80

    /// Blocks until the process has ended; its status as `wait` gives it.
    static func reap(_ pid: pid_t) -> Int32 {
        var status: Int32 = 0
        while unsafe waitpid(pid, &status, 0) == -1, errno == EINTR {}
        return status
    }

    private static func check(_ call: String, _ code: Int32) throws {
        if code != 0 { throw Failure(call: call, code: code) }
    }
}

/// A pseudo-terminal: its other end is a process's terminal.
struct Terminal: Sendable {
    let file: Int32
    let path: String

    /// So many columns wide; 0: it does not tell.
    init(columns: UInt16 = 0) throws {
        file = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var lock: Int32 = 0
        var number: UInt32 = 0
        guard file >= 0, unsafe ioctl(file, Self.setLock, &lock) == 0, unsafe ioctl(file, Self.getNumber, &number) == 0
        else { throw Spawn.Failure(call: "/dev/ptmx", code: errno) }
        path = "/dev/pts/\(number)"
        var size = winsize(ws_row: columns == 0 ? 0 : 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        guard unsafe ioctl(file, UInt(TIOCSWINSZ), &size) == 0 else {
            throw Spawn.Failure(call: "TIOCSWINSZ", code: errno)
        }
    }

    /// `TIOCSPTLCK` and `TIOCGPTN`: macros that Swift does not see.
    private static let setLock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430

    /// Blocks until the process and all its children have closed their end; what they wrote.
    func read() -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        close(file)
        return String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n")
    }
}
