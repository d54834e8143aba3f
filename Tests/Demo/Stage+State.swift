import Foundation

extension Stage {
    func stateBytes() throws -> [UInt8] {
        guard FileManager.default.fileExists(atPath: statePath) else {
            throw Trouble("the program has written no state file")
        }
        return Array(try Data(contentsOf: URL(filePath: statePath)))
    }

    /// The permission bits.
    func stateMode() throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: statePath)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
    }
}
