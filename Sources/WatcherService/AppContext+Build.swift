package import Curl
import WatcherCore

extension AppContext {
    package func registryClient(_ http: HTTPClient, _ network: HTTPNetwork) -> RegistryClient {
        RegistryClient(
            http, network: network, credentials: RegistryCredentials(environment: programEnvironment),
            pace: { [paces, config] in paces.pace(.server($0), config) })
    }

    /// Builders of the actions that build images, with every secret read.
    func builders(
        _ registry: RegistryClient, _ redactor: Redactor, _ progress: @escaping @Sendable (String) -> Void
    ) throws(Failure) -> [String: ImageBuilder] {
        var builders: [String: ImageBuilder] = [:]
        for (name, action) in config.actions {
            guard case .imageBuild(let build) = action.work else { continue }
            let path = try stateFile(making: false).path
            let secrets = try buildSecrets(name, build)
            var redactor = redactor
            for value in secrets.values { redactor.add(value) }
            var environment = programEnvironment.merging(secrets.variables) { _, own in own }
            let identity = OrphanedBuilds.identity(ofState: path)
            environment[OrphanedBuilds.variable] = identity
            environment[OrphanedBuilds.instanceVariable] = OrphanedBuilds.instance
            builders[name] = ImageBuilder(
                build: build, registry: registry, logs: BuildLogs(statePath: path), redactor: redactor,
                environment: environment, secrets: secrets.arguments, stateIdentity: identity, progress: progress)
        }
        return builders
    }

    struct BuildSecrets {
        /// For `--secret`.
        var arguments: [String] = []
        var variables: [String: String] = [:]
        /// What must be masked.
        var values: [String] = []
    }

    /// A file is named to docker and read by it, byte for byte; anything else goes through its environment.
    func buildSecrets(_ action: String, _ build: Config.ImageBuild) throws(Failure) -> BuildSecrets {
        var found = BuildSecrets()
        for (number, (id, secret)) in build.secrets.sorted(by: { $0.key < $1.key }).enumerated() {
            let place = "actions.\(action).imageBuild.secrets.\(id)"
            do throws(SecretResolver.Failure) {
                if let (path, contents) = try SecretResolver(environment: environment).file(secret) {
                    found.arguments.append("id=\(id)," + BuildCommand.field("src", path))
                    found.values.append(contents)
                    continue
                }
            } catch {
                throw .secret(place: place, error)
            }
            let value = try read(secret, place)
            let variable = "WATCHER_SECRET_\(number + 1)"
            found.arguments.append("id=\(id),env=\(variable)")
            found.variables[variable] = value
            found.values.append(value)
        }
        return found
    }

    /// What docker and credential helpers get of our environment: all but the secrets that the configuration takes from
    /// it, and what is between systemd and us.
    var programEnvironment: [String: String] {
        var names: Set<String> = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "CREDENTIALS_DIRECTORY"]
        for (_, secret) in secretPlaces {
            if case .environment(let name) = secret { names.insert(name) }
        }
        for action in config.actions.values {
            guard case .imageBuild(let build) = action.work else { continue }
            for case .environment(let name) in build.secrets.values { names.insert(name) }
        }
        for notifier in config.notifiers.values {
            for case .environment(let name) in notifier.service.base.secrets { names.insert(name) }
        }
        return environment.filter { !names.contains($0.key) }
    }
}
