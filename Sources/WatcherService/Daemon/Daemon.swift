import Curl
package import Logging
import Synchronization
import UnixSignals
import WatcherCore

/// `watcher run`: the same core and engine as `once`, until a signal ends it.
package struct Daemon: Sendable {
    private let configPath: String?
    private let environment: [String: String]
    private let logger: Logger

    package init(configPath: String?, environment: [String: String], logger: Logger) {
        self.configPath = configPath
        self.environment = environment
        self.logger = logger
    }

    /// Runs until SIGTERM or SIGINT. Throws what keeps it from beginning, or a state that could not be saved at the end.
    package func run() async throws(AppContext.Failure) {
        let memory = HeapTrimming()
        // Before the lock is taken: its holder may be sent signals.
        let stops = await Signals.stops()
        let setup = try AppContext(configPath: configPath, environment: environment)
        for warning in setup.warnings {
            logger.warning("configuration", metadata: ["reason": "\(warning)", "text": "warning: \(warning)"])
        }
        let file = try setup.stateFile(making: true)
        let http = try setup.httpClient()
        let current = Current(try setup.executor(http))
        let manager = SystemdNotify(environment: environment)
        let others = await Signals.others { [self] signal in
            // SIGUSR1, by which earlier versions were asked for something, is taken and means nothing.
            signal == .sighup ? await reload(current, http, setup.paces, file, manager) : []
        }
        let lock = try AppContext.lock(file, as: .run)
        let identity = lock.identity
        let requests = listen(file)
        defer { requests?.stop() }
        var core = Core(setup.config, mode: Core.Mode(repeats: true), ledger: try AppContext.load(file))
        let logger = logger
        let timers = QuietTimers()
        let engine = Engine(
            perform: { await current.executor.perform($0) },
            save: { (ledger) throws(DurableFile.Failure) in
                try identity.verify()
                try file.save(ledger)
            },
            observe: { ServiceLog.tell($0, to: logger) },
            answer: { requests?.answer($0, $1) },
            reconfigured: {
                current.commit()
                manager.reconfigured()
            },
            turned: { turn in
                let uptime = Clock.now().uptime
                manager.turned(turn, uptime: uptime)
                timers.settle()
                memory.settle(at: uptime)
            }, pulse: manager.pulse)
        logger.notice(
            "started",
            metadata: [
                "text": "watching \(Words.count(setup.config.upstreams.count, "upstream")), state in \(file.path)",
                "version": "\(AppContext.programVersion)", "config": "\(setup.path)", "state": "\(file.path)",
            ])
        do throws(DurableFile.Failure) {
            try await withTaskExecutorPreference(http.executor) { () async throws(DurableFile.Failure) in
                try await engine.run(&core, sources: [stops, others] + (requests.map { [$0.events] } ?? []))
            }
        } catch {
            throw .disk(error)
        }
        await http.shutdown()
        logger.notice("stopped")
        _ = consume lock
    }

    /// A daemon that cannot be asked for anything still does its work.
    private func listen(_ file: StateFile) -> ControlSocket? {
        do throws(DurableFile.Failure) {
            let socket = try ControlSocket(statePath: file.path)
            try socket.start()
            return socket
        } catch {
            logger.warning(
                "no requests",
                metadata: ["text": "warning: commands such as check-now cannot reach this daemon: \(error)"])
            return nil
        }
    }

    /// Reads the configuration again. One that is wrong, or whose secrets cannot be read, is not taken.
    private func reload(
        _ current: Current, _ http: HTTPClient, _ paces: RequestPaces, _ file: StateFile, _ manager: SystemdNotify
    ) async -> [Event] {
        manager.reloading()
        do throws(AppContext.Failure) {
            var setup = try AppContext(configPath: configPath, environment: environment)
            setup.paces = paces
            if try setup.stateFile(making: false).path != file.path {
                logger.warning(
                    "another state file needs a restart",
                    metadata: ["text": "the state file remains \(file.path) until a restart"])
            }
            current.stage(try setup.executor(http))
            return [.reconfigured(setup.config)]
        } catch {
            for line in error.lines {
                logger.error(
                    "configuration rejected",
                    metadata: ["reason": "\(line)", "text": "keeping the current configuration: \(line)"])
            }
            manager.keptConfiguration()
            return []
        }
    }

    /// The executor that commands go to, and those of configurations that have been read and that the core has not taken
    /// yet, in order. Commands under way end with the one they began with.
    private final class Current: Sendable {
        private let executors: Mutex<(current: Executor, staged: [Executor])>

        init(_ executor: Executor) { executors = Mutex((executor, [])) }

        var executor: Executor { executors.withLock { $0.current } }
        func stage(_ executor: Executor) { executors.withLock { $0.staged.append(executor) } }

        /// Called in the turn in which the core takes the configuration: core and executor change together.
        func commit() {
            executors.withLock { if !$0.staged.isEmpty { $0.current = $0.staged.removeFirst() } }
        }
    }
}
