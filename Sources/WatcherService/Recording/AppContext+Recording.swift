package import Curl
import WatcherCore

extension AppContext {
    /// A client that also writes each exchange to a folder, where one is named.
    package func httpClient(recordingTo folder: String?) throws(Failure) -> HTTPClient {
        guard let folder else { return try httpClient() }
        let recorder: ExchangeRecorder
        do throws(DurableFile.Failure) {
            recorder = try ExchangeRecorder(folder: folder, redactor: recordingRedactor())
        } catch {
            throw .recording(error)
        }
        return try httpClient { recorder.record($0, $1, took: $2) }
    }

    /// Masks every secret that can be read here; one that cannot be read is in no request either.
    private func recordingRedactor() -> Redactor {
        var redactor = Redactor()
        for (place, secret) in secretPlaces {
            guard let value = try? read(secret, place) else { continue }
            for mask in Self.masks(of: value, place) { redactor.add(mask) }
            guard place != Self.privateKeyPlace else { continue }
            for part in Self.parts(of: value) { redactor.add(part) }
        }
        for (name, upstream) in config.upstreams {
            guard let values = try? sourceValues(name, upstream.source.base) else { continue }
            for mask in upstream.source.base.masks(values) { redactor.add(mask) }
        }
        for (name, notifier) in config.notifiers {
            guard let ready = try? self.notifier(name, notifier) else { continue }
            for secret in ready.secrets { redactor.add(secret) }
        }
        for case (let name, .imageBuild(let build)) in config.actions.map({ ($0.key, $0.value.work) }) {
            guard let secrets = try? buildSecrets(name, build) else { continue }
            for value in secrets.values { redactor.add(value) }
        }
        return redactor
    }
}
