package import Curl
import Glibc
package import WatcherCore

/// The composition root: from a configuration on disk to the parts that a command needs, each made when asked for.
package struct AppContext: Sendable {
    package let config: Config
    package let warnings: [ConfigProblem]
    package let path: String
    let environment: [String: String]
    let installation = SharedInstallation()
    /// Of the requests of all clients that are made of this.
    package var paces = RequestPaces()

    /// Why the program cannot begin. The status is the contract's.
    package enum Failure: Error, Sendable {
        case unreadable(path: String, DurableFile.Failure)
        case wrong(path: String, ConfigError)
        /// A new configuration.
        case notWritten(DurableFile.Failure)
        case secret(place: String, SecretResolver.Failure)
        case noFolder(String)
        case state(StateFile.Failure)
        case locked(pid: String?, StateLock.Role?)
        case disk(DurableFile.Failure)
        case http(HTTPError)
        /// The directory of `--record`.
        case recording(DurableFile.Failure)
    }

    package static let programVersion = ProgramVersion.text
    /// GitHub refuses requests without one, and wastes bytes on those that contain "curl".
    package static let userAgent = "watcher/\(programVersion) (release watcher)"

    /// Connections to one server: as many as checks may be in flight (`github.concurrency`), and what jobs ask meanwhile.
    /// One of HTTP/2 carries all of them.
    static let connectionLimit = 128

    /// Reads the configuration; touches nothing else.
    package init(configPath: String?, environment: [String: String]) throws(Failure) {
        let path = DefaultPaths(environment: environment).config(configPath)
        let bytes: [UInt8]
        do throws(DurableFile.Failure) {
            bytes = try DurableFile.read(path)
        } catch {
            throw .unreadable(path: path, error)
        }
        switch ConfigReader.read(bytes, timeZone: ZoneInfo.rules) {
        case .failure(let error): throw .wrong(path: path, error)
        case .success(let reading):
            config = reading.config
            warnings = reading.warnings
        }
        self.path = path
        // Only where it can matter: the units' files are read for it.
        let namesCredential = String(decoding: bytes, as: UTF8.self).contains("\"credential\"")
        self.environment =
            (namesCredential ? UnitCredentials.environment(environment) : nil) ?? environment
    }

    /// A configuration that is not in a file: for looking at any repository.
    package init(_ config: Config, environment: [String: String]) {
        self.config = config
        self.environment = environment
        warnings = []
        path = ""
    }

    // MARK: - State

    /// The state file. A default folder is made where `making` says so; a configured one must exist.
    package func stateFile(making: Bool) throws(Failure) -> StateFile {
        if let path = config.stateFile {
            let folder = DurableFile.folder(of: path)
            guard DefaultPaths.isFolder(folder) else {
                let code = errno
                throw code == EACCES
                    ? .disk(DurableFile.Failure(call: "open", path: folder, code: code)) : .noFolder(folder)
            }
            return StateFile(path: path)
        }
        let path = DefaultPaths(environment: environment).defaultState(config: self.path)
        if making {
            do throws(DurableFile.Failure) {
                try DefaultPaths.makeFolder(DurableFile.folder(of: path))
            } catch {
                throw .disk(error)
            }
        }
        return StateFile(path: path)
    }

    package static func lock(_ file: StateFile, as role: StateLock.Role) throws(Failure) -> StateLock {
        do throws(StateLock.Failure) {
            return try StateLock(statePath: file.path, role: role)
        } catch {
            switch error {
            case .held(let pid, let role): throw .locked(pid: pid, role)
            case .system(let failure): throw .disk(failure)
            }
        }
    }

    package static func load(_ file: StateFile) throws(Failure) -> Ledger {
        do throws(StateFile.Failure) { return try file.load() } catch { throw .state(error) }
    }

    /// Outputs that could not be written here: warnings for `validate`.
    package var missingOutputFolders: [(key: String, folder: String)] {
        config.outputs.sorted { $0.key < $1.key }.map { ("outputs.\($0.key)", DurableFile.folder(of: $0.value)) }
            .filter { !DefaultPaths.isFolder($0.1) }
    }

    // MARK: - Secrets and clients

    /// The secret at a place of the configuration. A key called `token` has no blanks, wherever its value is kept.
    package func read(_ secret: Secret, _ place: String) throws(Failure) -> String {
        do throws(SecretResolver.Failure) {
            let resolver = SecretResolver(environment: environment)
            if place == Self.privateKeyPlace { return try resolver.readPrivateKey(secret) }
            let value = try resolver.read(secret)
            guard !place.hasSuffix(".token") || !value.contains(" ") else {
                throw SecretResolver.Failure(place: "\(secret)", problem: "contains a space, which no token does")
            }
            return value
        } catch {
            throw .secret(place: place, error)
        }
    }

    package func httpClient(
        observe: (@Sendable (HTTPRequest, Result<HTTPResponse, HTTPError>, Duration) -> Void)? = nil
    ) throws(Failure) -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.userAgent = Self.userAgent
        configuration.observe = observe
        configuration.maxConnectionsPerHost = Self.connectionLimit
        do throws(HTTPError) { return try HTTPClient(configuration) } catch { throw .http(error) }
    }

    /// For GitHub: its own settings, else those of `network`.
    package func githubNetwork() throws(Failure) -> HTTPNetwork {
        var network = try generalNetwork()
        network.caFile = config.github.caFile ?? network.caFile
        if let proxy = config.github.proxy { network.proxy = try read(proxy, "github.proxy") }
        return network
    }

    package func generalNetwork() throws(Failure) -> HTTPNetwork {
        let proxy: String? = if let secret = config.network.proxy { try read(secret, "network.proxy") } else { nil }
        return HTTPNetwork(caFile: config.network.caFile, proxy: proxy)
    }

    package func githubClient(_ http: HTTPClient) throws(Failure) -> GitHubClient {
        try githubClient(http, version: APIVersion())
    }

    private func githubClient(_ http: HTTPClient, version: APIVersion) throws(Failure) -> GitHubClient {
        GitHubClient(
            http, apiURL: config.github.apiURL, login: try githubLogin(http), network: try githubNetwork(),
            version: version, pace: paces.pace(.github, config), surveyPace: paces.pace(.graphql, config))
    }

    /// The client of an action with a token or a server of its own. `version`: what is known of the server of `github`.
    func workflowClient(
        _ name: String, _ dispatch: Config.WorkflowDispatch, _ http: HTTPClient, version: APIVersion = APIVersion()
    ) throws(Failure) -> GitHubClient {
        let url = dispatch.apiURL ?? config.github.apiURL
        let isOurs = url == config.github.apiURL
        var login = GitHubLogin.nobody
        if let secret = dispatch.token {
            login = .token(try read(secret, "actions.\(name).workflowDispatch.token"))
        } else if isOurs {
            // A token is for its own server: another server does not get that of `github`.
            login = try githubLogin(http)
        }
        return GitHubClient(
            http, apiURL: url, login: login, network: try githubNetwork(), version: isOurs ? version : APIVersion(),
            pace: paces.pace(.action(name), config))
    }

    /// The client of an action whose workflow is at Forgejo or Gitea.
    func forgejoClient(
        _ name: String, _ dispatch: Config.WorkflowDispatch, _ http: HTTPClient
    ) throws(Failure) -> ForgejoWorkflows {
        var token = ""
        if let secret = dispatch.token { token = try read(secret, "actions.\(name).workflowDispatch.token") }
        return ForgejoWorkflows(
            http, apiURL: dispatch.apiURL ?? "", token: token, network: try generalNetwork(),
            pace: paces.pace(.action(name), config))
    }

    /// The same configuration, with other surroundings.
    func with(environment: [String: String]) -> AppContext { AppContext(self, environment: environment) }

    private init(_ other: AppContext, environment: [String: String]) {
        config = other.config
        warnings = other.warnings
        paces = other.paces
        path = other.path
        self.environment = environment
    }

    package func notifier(_ name: String, _ notifier: Config.Notifier) throws(Failure) -> NotifierClient {
        try NotifierClient(notifier, network: try generalNetwork()) { (secret: Secret) throws(Failure) -> String in
            try read(secret, "notifiers.\(name)")
        }
    }

    /// Everything that a pass needs, with every secret read: what cannot be read is found before anything is begun.
    ///
    /// `progress` gets each line that a build says.
    package func executor(
        _ http: HTTPClient, progress: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(Failure) -> Executor {
        let network = try generalNetwork()
        var redactor = try redactor()
        let version = APIVersion()
        let github = try githubClient(http, version: version)
        var clients: [String: any WorkflowClient] = [:]
        for (name, action) in config.actions {
            guard case .workflowDispatch(let dispatch) = action.work, dispatch.token != nil || dispatch.apiURL != nil
            else { continue }
            switch dispatch.server {
            case .github: clients[name] = try workflowClient(name, dispatch, http, version: version)
            case .forgejo: clients[name] = try forgejoClient(name, dispatch, http)
            }
        }
        var notifiers: [String: NotifierClient] = [:]
        for (name, notifier) in config.notifiers {
            let ready = try self.notifier(name, notifier)
            for secret in ready.secrets { redactor.add(secret) }
            notifiers[name] = ready
        }
        let heartbeat: String? =
            if let secret = config.heartbeat?.url { try read(secret, "heartbeat.url") } else { nil }
        let registry = registryClient(http, network)
        return Executor(
            config, http: http, github: github, sources: try sourceClients(http, github, registry, &redactor),
            clients: clients, notifiers: notifiers, heartbeatURL: heartbeat,
            network: network, redactor: redactor, registry: registry,
            builders: try builders(registry, redactor, progress),
            performers: try performers(http, network, github, redactor, progress),
            stateIdentity: (try? stateFile(making: false)).map { OrphanedBuilds.identity(ofState: $0.path) })
    }

    /// Masks every secret that can be read here.
    package func redactor() throws(Failure) -> Redactor {
        var redactor = Redactor()
        for (place, secret) in secretPlaces {
            for mask in Self.masks(of: try read(secret, place), place) { redactor.add(mask) }
        }
        for (place, secret) in kindSecretPlaces {
            // Whole headers and addresses: what is secret in them may show up alone.
            for part in Self.parts(of: try read(secret, place)) { redactor.add(part) }
        }
        return redactor
    }

    /// Masks what a look at GitHub alone needs.
    package func tokenRedactor() throws(Failure) -> Redactor {
        var redactor = Redactor()
        for secret in [config.github.token, config.github.proxy, config.network.proxy].compactMap({ $0 }) {
            redactor.add(try read(secret, "github"))
        }
        if let key = config.github.app?.privateKey {
            for mask in Self.masks(of: try read(key, Self.privateKeyPlace), Self.privateKeyPlace) {
                redactor.add(mask)
            }
        }
        return redactor
    }

    /// Where the configuration names secrets, outside of notifiers.
    var secretPlaces: [(String, Secret)] {
        var places: [(String, Secret?)] = [
            ("github.token", config.github.token), (Self.privateKeyPlace, config.github.app?.privateKey),
            ("github.proxy", config.github.proxy),
            ("network.proxy", config.network.proxy), ("heartbeat.url", config.heartbeat?.url),
        ]
        for (name, action) in config.actions.sorted(by: { $0.key < $1.key }) {
            if case .workflowDispatch(let dispatch) = action.work {
                places.append(("actions.\(name).workflowDispatch.token", dispatch.token))
            }
        }
        return places.compactMap { place, secret in secret.map { (place, $0) } } + kindSecretPlaces
    }

    /// What a pass would fail to read here: warnings for `validate`.
    package var unreadableSecrets: [Failure] {
        var found: [Failure] = []
        for (place, secret) in secretPlaces {
            do throws(Failure) { _ = try read(secret, place) } catch { found.append(error) }
        }
        for (name, upstream) in config.upstreams.sorted(by: { $0.key < $1.key }) {
            do throws(Failure) { _ = try sourceValues(name, upstream.source.base) } catch { found.append(error) }
        }
        for (name, notifier) in config.notifiers.sorted(by: { $0.key < $1.key }) {
            do throws(Failure) { _ = try self.notifier(name, notifier) } catch { found.append(error) }
        }
        for (name, action) in config.actions.sorted(by: { $0.key < $1.key }) {
            guard case .imageBuild(let build) = action.work else { continue }
            do throws(Failure) { _ = try buildSecrets(name, build) } catch { found.append(error) }
        }
        return found
    }
}
