/// Compares a state with what a scenario expects of it (a partial match).
struct StateMatch {
    private(set) var differences: [String] = []

    init(_ expected: JSONValue, _ found: JSONValue) {
        compare(expected, found, at: "")
    }

    private mutating func compare(_ expected: JSONValue, _ found: JSONValue?, at place: String) {
        if case .object(let object) = expected {
            if let special = Self.special(object) {
                for part in special { compare(part, found, at: place) }
                return
            }
            guard case .object(let other)? = found else {
                differences.append("\(place): is \(Self.text(found))")
                return
            }
            for (key, value) in object.sorted(by: { $0.key < $1.key }) {
                compare(value, other[key], at: place.isEmpty ? key : "\(place).\(key)")
            }
        } else if expected == .null {
            // What there is not may be written so.
            if found != nil, found != .null {
                differences.append("\(place): is \(Self.text(found)), not null")
            }
        } else if case .array(let array) = expected {
            guard case .array(let other)? = found else {
                differences.append("\(place): is \(Self.text(found))")
                return
            }
            guard array.count == other.count else {
                differences.append("\(place): has \(other.count) elements, not \(array.count)")
                return
            }
            for (number, pair) in zip(array, other).enumerated() {
                compare(pair.0, pair.1, at: "\(place)[\(number)]")
            }
        } else if expected != found {
            differences.append("\(place): is \(Self.text(found)), not \(Self.text(expected))")
        }
    }

    private enum Special {
        case count(JSONValue)
        case contains([JSONValue])
        case absent
    }

    /// Conditions in place of an array or a value.
    private static func special(_ object: [String: JSONValue]) -> [Special]? {
        guard !object.isEmpty else { return nil }
        var parts: [Special] = []
        for (key, value) in object {
            switch (key, value) {
            case ("count", .integer): parts.append(.count(value))
            case ("contains", .array(let elements)): parts.append(.contains(elements))
            case ("absent", .bool(true)): parts.append(.absent)
            default: return nil
            }
        }
        return parts
    }

    private mutating func compare(_ special: Special, _ found: JSONValue?, at place: String) {
        switch special {
        case .absent:
            if found != nil, found != .null { differences.append("\(place): is there") }
        case .count(let count):
            guard case .array(let array)? = found, .integer(Int64(array.count)) == count else {
                differences.append("\(place): is \(Self.text(found)), not \(Self.text(count)) long")
                return
            }
        case .contains(let elements):
            guard case .array(let array)? = found else {
                differences.append("\(place): is \(Self.text(found))")
                return
            }
            for element in elements
            where !array.contains(where: { StateMatch(element, $0).differences.isEmpty }) {
                differences.append("\(place): does not contain \(Self.text(element))")
            }
        }
    }

    private static func text(_ value: JSONValue?) -> String {
        switch value {
        case nil: "absent"
        case .null?: "null"
        case .bool(let bool)?: "\(bool)"
        case .integer(let integer)?: "\(integer)"
        case .number(let number)?: "\(number)"
        case .string(let string)?: "\"\(string)\""
        case .array(let array)?: "[" + array.map(text).joined(separator: ", ") + "]"
        case .object(let object)?:
            "{"
                + object.sorted { $0.key < $1.key }.map { "\($0.key): \(text($0.value))" }
                .joined(separator: ", ") + "}"
        }
    }
}
