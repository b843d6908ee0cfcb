/// What the simulator came upon: a hub that does not do as the model says, or itself in a corner.
struct SimulationError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
