import DSP
import Testing

@Suite("Fourier transform")
struct FourierTransformTests {
  @Test("The sum it stands for", arguments: [1, 2, 4, 8, 16, 32, 64, 128])
  func definition(_ size: Int) {
    let (real, imaginary) = (noise(size, seed: 1), noise(size, seed: 2))
    var transform = FourierTransform(size: size)
    var (newReal, newImaginary) = (real, imaginary)
    transform.forward(&newReal, &newImaginary)
    for bin in 0..<size {
      var (sumReal, sumImaginary) = (Frame.zero, Frame.zero)
      for place in 0..<size {
        let wave = Maths.sineAndCosine(turns: Double(bin * place) / Double(size))
        sumReal += real[place] * wave.cosine + imaginary[place] * wave.sine
        sumImaginary += imaginary[place] * wave.cosine - real[place] * wave.sine
      }
      let (errorReal, errorImaginary) = (newReal[bin] - sumReal, newImaginary[bin] - sumImaginary)
      for lane in 0..<2 { #expect(abs(errorReal[lane]) < 1e-13 && abs(errorImaginary[lane]) < 1e-13) }
    }
  }

  @Test("There and back", arguments: [1, 2, 256, 512, 4_096, 32_768])
  func inverse(_ size: Int) {
    let (real, imaginary) = (noise(size, seed: 3), noise(size, seed: 4))
    var transform = FourierTransform(size: size)
    var (newReal, newImaginary) = (real, imaginary)
    transform.forward(&newReal, &newImaginary)
    transform.inverse(&newReal, &newImaginary)
    for place in 0..<size {
      let error = newReal[place] / Double(size) - real[place]
      let other = newImaginary[place] / Double(size) - imaginary[place]
      #expect(abs(error.x) < 1e-14 && abs(error.y) < 1e-14 && abs(other.x) < 1e-14 && abs(other.y) < 1e-14)
    }
  }

  @Test("Channels do not meet, and again gives the same")
  func channels() {
    let signal = noise(512, seed: 5)
    var transform = FourierTransform(size: 512)
    var (both, bothImaginary) = (signal, signal)
    transform.forward(&both, &bothImaginary)
    var (left, leftImaginary) = (signal.map { Frame($0.x, 0) }, signal.map { Frame($0.x, 0) })
    transform.forward(&left, &leftImaginary)
    #expect(both.indices.allSatisfy { both[$0].x == left[$0].x && left[$0].y == 0 })
    #expect(both.indices.allSatisfy { bothImaginary[$0].x == leftImaginary[$0].x })
  }
}
