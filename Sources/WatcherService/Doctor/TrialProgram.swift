import WatcherCore

/// The smallest program that ends well, for each architecture: an ELF file that calls `exit(0)`.
enum TrialProgram {
    /// Nil for an architecture that is not known here.
    static func bytes(for platform: Platform) -> [UInt8]? {
        guard platform.os == "linux" else { return nil }
        switch platform.architecture {
        // mov $60, %eax; xor %edi, %edi; syscall
        case "amd64": return wide(machine: 62, code: [0xB8, 60, 0, 0, 0, 0x31, 0xFF, 0x0F, 0x05])
        // mov x8, #93; mov x0, #0; svc #0
        case "arm64": return wide(machine: 183, code: words(0xD280_0BA8, 0xD280_0000, 0xD400_0001))
        // li a7, 93; li a0, 0; ecall
        case "riscv64": return wide(machine: 243, code: words(0x05D0_0893, 0x0000_0513, 0x0000_0073), flags: 0x5)
        // li r0, 1; li r3, 0; sc
        case "ppc64le": return wide(machine: 21, code: words(0x3800_0001, 0x3860_0000, 0x4400_0002), flags: 2)
        // mov r7, #1; mov r0, #0; svc #0
        case "arm": return narrow(machine: 40, code: words(0xE3A0_7001, 0xE3A0_0000, 0xEF00_0000), flags: 0x0500_0000)
        // mov $1, %eax; xor %ebx, %ebx; int $0x80
        case "386": return narrow(machine: 3, code: [0xB8, 1, 0, 0, 0, 0x31, 0xDB, 0xCD, 0x80], flags: 0)
        default: return nil
        }
    }

    private static let base: UInt64 = 0x10000

    private static func wide(machine: UInt16, code: [UInt8], flags: UInt32 = 0) -> [UInt8] {
        let start: UInt64 = 64 + 56
        let size = start + UInt64(code.count)
        var file = identity(2)
        file += little(UInt16(2)) + little(machine) + little(UInt32(1)) + little(base + start) + little(UInt64(64))
        file += little(UInt64(0)) + little(flags) + [64, 56, 1, 0, 0, 0, 0].flatMap { little(UInt16($0)) }.prefix(12)
        file += little(UInt32(1)) + little(UInt32(5)) + little(UInt64(0)) + little(base) + little(base)
        file += little(size) + little(size) + little(UInt64(0x1000))
        return file + code
    }

    private static func narrow(machine: UInt16, code: [UInt8], flags: UInt32) -> [UInt8] {
        let start: UInt32 = 52 + 32
        let base = UInt32(Self.base)
        let size = start + UInt32(code.count)
        var file = identity(1)
        file += little(UInt16(2)) + little(machine) + little(UInt32(1)) + little(base + start) + little(UInt32(52))
        file += little(UInt32(0)) + little(flags) + [52, 32, 1, 0, 0, 0].flatMap { little(UInt16($0)) }
        file += [1, 0, base, base, size, size, 5, 0x1000].flatMap { little($0) }
        return file + code
    }

    /// `class`: 1 for 32 bits, 2 for 64; little endian.
    private static func identity(_ width: UInt8) -> [UInt8] {
        [0x7F, 0x45, 0x4C, 0x46, width, 1, 1] + [UInt8](repeating: 0, count: 9)
    }

    private static func words(_ values: UInt32...) -> [UInt8] { values.flatMap { little($0) } }

    private static func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        (0..<Value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
}
