extension String {
    /// Without the escape sequences that colour a terminal or move its cursor, and what a carriage return would have
    /// written over.
    package var withoutEscapes: String {
        guard utf8.contains(where: { $0 == 0x1B || $0 == 0x0D || $0 == 0x9B }) else { return self }
        var result = String.UnicodeScalarView()
        var scalars = Substring(self).unicodeScalars
        while let scalar = scalars.popFirst() {
            switch scalar.value {
            case 0x1B: Self.skipSequence(&scalars)
            case 0x9B: Self.skipControls(&scalars)
            case 0x0D where !scalars.isEmpty: result.removeAll()
            case 0x0D: break
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// After ESC: `[` and parameters up to a letter, `]` and a text up to BEL or ESC `\`, or one character.
    private static func skipSequence(_ scalars: inout Substring.UnicodeScalarView) {
        switch scalars.popFirst() {
        case "[": skipControls(&scalars)
        case "]":
            while let scalar = scalars.popFirst(), scalar.value != 0x07 {
                if scalar.value == 0x1B {
                    _ = scalars.popFirst()
                    return
                }
            }
        case "(", ")", "#": _ = scalars.popFirst()
        default: break
        }
    }

    private static func skipControls(_ scalars: inout Substring.UnicodeScalarView) {
        while let scalar = scalars.popFirst(), !(0x40...0x7E).contains(scalar.value) {}
    }
}
