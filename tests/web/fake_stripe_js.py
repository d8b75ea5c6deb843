"""A Stripe.js for tests: a form with one field, a second step that opens above the page, and no Stripe behind it."""

from playwright.sync_api import Page, Route

from frontrow.app import WEB_FOLDER
from frontrow.http.pay_pages import POLICIES

SCRIPT = """
window.Stripe = (key, options) => {
  const intent = { status: "requires_payment_method", last_payment_error: null };
  document.documentElement.dataset.stripe = JSON.stringify({ key, ...options });
  return {
    elements({ clientSecret, appearance }) {
      document.documentElement.dataset.elements = JSON.stringify({ clientSecret, theme: appearance.theme });
      return {
        create: () => {
          const on = {};
          return {
            on: (what, then) => (on[what] = then),
            mount: (place) => {
              const input = Object.assign(document.createElement("input"), { id: "stripe-card" });
              input.setAttribute("aria-label", "Stripe's card field");
              place.append(input);
              setTimeout(() => on.ready?.());
            },
          };
        },
        update() {},
      };
    },
    retrievePaymentIntent: async () => ({ paymentIntent: intent }),
    confirmPayment: async ({ confirmParams }) => {
      document.documentElement.dataset.returnUrl = confirmParams.return_url;
      const card = document.getElementById("stripe-card").value;
      if (card === "declined") return { error: { type: "card_error", message: "Your card was declined." } };
      if (card === "lost") {
        intent.status = "requires_capture";
        throw new Error("the connection was cut");
      }
      await new Promise((resolve) => {
        const button = Object.assign(document.createElement("button"), { textContent: "Complete" });
        const step = document.body.appendChild(button);
        step.onclick = () => (step.remove(), resolve());
      });
      intent.status = "requires_capture";
      return { paymentIntent: intent };
    },
  };
};
"""


def serve_stripe_page(page: Page) -> None:
    """Have this window find the page with Stripe's form at /pay/stripe/…, as a server with Stripe serves it, and the
    script at Stripe."""
    policy = POLICIES["stripe"]
    headers = {"content-type": "text/html; charset=utf-8", "content-security-policy": policy.content}

    def answer(route: Route) -> None:
        route.fulfill(body=(WEB_FOLDER / "pay" / "stripe.html").read_text(), headers=headers)

    page.route("**/pay/stripe/*", answer)
    page.route("https://js.stripe.com/**", lambda route: route.fulfill(body=SCRIPT, content_type="text/javascript"))
