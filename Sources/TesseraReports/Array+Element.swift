extension Array {
  /// nil where the array is shorter.
  func element(at place: Int) -> Element? { indices.contains(place) ? self[place] : nil }
}
