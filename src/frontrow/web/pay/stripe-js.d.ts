/** Of Stripe.js, what the page uses (docs.stripe.com/js). */

export interface StripeError {
  type?: string;
  message?: string;
}

export interface Intent {
  status: "requires_payment_method" | "requires_confirmation" | "requires_action" | "processing" | "requires_capture" | "succeeded" | "canceled";
  last_payment_error?: StripeError | null;
}

export interface IntentAnswer {
  paymentIntent?: Intent;
  error?: StripeError;
}

export interface Elements {
  create(kind: "payment", options?: object): { mount(at: HTMLElement): void; on(what: "ready" | "loaderror", then: () => void): void };
  update(options: object): void;
}

export interface StripeJs {
  elements(options: { clientSecret: string; appearance: object; locale?: string }): Elements;
  retrievePaymentIntent(clientSecret: string): Promise<IntentAnswer>;
  confirmPayment(options: { elements: Elements; redirect: "if_required"; confirmParams: { return_url: string } }): Promise<IntentAnswer>;
}

declare global {
  interface Window {
    Stripe?: (publishableKey: string, options?: { locale?: string }) => StripeJs;
  }
}
